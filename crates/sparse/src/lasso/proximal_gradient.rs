//! The iteration that ISTA and FISTA share, over all samples of a block at once.
//!
//! Samples in one block advance together, so that `H z` for all of them is one matrix product. Every
//! sample has its own step size, momentum and end; samples that are done leave the block.
//!
//! By linearity `H y` of an extrapolated point follows from the `H z` of the iterates it is made of: one
//! product an iteration gives the gradient, the objective and the duality gap.

use super::active_rows::{ActiveRows, row, row_mut};
use super::{Block, Lasso, Outcome, Prepared, StopReason};
use crate::kernels::{combine, inner_of_differences, proximal_step};
use latent_numeric::matmul::{Threads, matmul_into};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Array2, s};
use serde::{Deserialize, Serialize};

/// How the step `1/L` is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepSize {
    /// `L` is the largest eigenvalue of `H`, the same for every sample.
    #[default]
    Fixed,
    /// `L` starts at the largest diagonal element of `H` and doubles, for each sample by itself, until
    /// the quadratic model with that `L` lies above the objective (Beck and Teboulle 2009, section 4).
    /// A rejected step counts as an iteration.
    Backtracking,
}

/// How iterates are extrapolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Momentum {
    None,
    Nesterov { restart: bool, monotone: bool },
}

impl Momentum {
    /// The weight `w` of the candidate `c` in the next point `y = w c + (1 - w) z`, and the next `t`.
    ///
    /// `accepted` says whether the candidate becomes the iterate (always, unless monotone).
    pub fn weight(self, accepted: bool, t: &mut f64, against_the_step: impl FnOnce() -> bool) -> f64 {
        let Self::Nesterov { restart, .. } = self else { return 1.0 };
        if restart && against_the_step() {
            *t = 1.0;
            return 1.0;
        }
        let next = f64::midpoint(1.0, (1.0 + 4.0 * *t * *t).sqrt());
        let w = if accepted { 1.0 + (*t - 1.0) / next } else { *t / next };
        *t = next;
        w
    }
}

/// Iterations between two looks at the duality gap.
const CHECK_EVERY: usize = 4;

pub(super) struct ProximalGradient<'p, E: Scalar> {
    pub lasso: &'p Lasso<'p, E>,
    pub step_size: StepSize,
    pub momentum: Momentum,
    pub first_lipschitz: E,
}

#[compiled_here]
impl<'p, E: Scalar> ProximalGradient<'p, E> {
    pub fn new(lasso: &'p Lasso<'p, E>, step_size: StepSize, momentum: Momentum) -> Self {
        let first_lipschitz = match step_size {
            StepSize::Fixed => lasso.lipschitz(),
            StepSize::Backtracking => lasso.hessian().diag().fold(E::zero(), |a, &b| a.max(b)),
        };
        // Atoms that are all zero leave nothing to step along; any step does.
        let first_lipschitz = if first_lipschitz > E::zero() { first_lipschitz } else { E::one() };
        Self { lasso, step_size, momentum, first_lipschitz }
    }
}

#[compiled_here]
impl<E: Scalar> Prepared<E> for ProximalGradient<'_, E> {
    /// Runs every row of the block to its end.
    fn solve(&self, mut block: Block<'_, E>) {
        let (rows, atoms) = block.codes.dim();
        let h = self.lasso.hessian();
        let product = |z: &Array2<E>, hz: &mut Array2<E>, active: usize| {
            let (z, hz) = (z.slice(s![..active, ..]), hz.slice_mut(s![..active, ..]));
            matmul_into(E::one(), z, h, E::zero(), hz, Threads::One);
        };
        let empty = || Array2::<E>::zeros((rows, atoms));
        // z is the iterate, y where the gradient is taken, c the candidate that a step gives.
        let (mut z, mut hz) = (block.codes.to_owned(), empty());
        product(&z, &mut hz, rows);
        let (mut y, mut hy) = (z.clone(), hz.clone());
        let (mut c, mut hc) = (empty(), empty());
        let mut b = block.correlations.to_owned();
        let mut q = vec![E::zero(); atoms];
        let mut t = vec![1.0_f64; rows];
        let mut lipschitz = vec![self.first_lipschitz; rows];
        let monotone = matches!(self.momentum, Momentum::Nesterov { monotone: true, .. });
        let mut objective: Vec<f64> = if monotone {
            (0..rows)
                .map(|k| self.lasso.penalty(block.lambda[k]).varying_objective(row(&z, k), row(&hz, k), row(&b, k)))
                .collect()
        } else {
            vec![0.0; rows]
        };
        let mut active = ActiveRows::new(rows);

        for iteration in 1..=block.stop.max_iterations {
            for k in 0..active.len() {
                let penalty = self.lasso.penalty(block.lambda[active.row(k)]);
                proximal_step(penalty, lipschitz[k].recip(), row(&y, k), row(&hy, k), row(&b, k), row_mut(&mut c, k));
            }
            product(&c, &mut hc, active.len());

            for k in 0..active.len() {
                if self.step_size == StepSize::Backtracking {
                    let curvature = inner_of_differences(row(&c, k), row(&y, k), row(&hc, k), row(&hy, k));
                    let length = inner_of_differences(row(&c, k), row(&y, k), row(&c, k), row(&y, k));
                    // The allowance is for rounding, without which L would double for ever at a fixed point.
                    if curvature > lipschitz[k].as_f64() * length * (1.0 + 64.0 * E::epsilon().as_f64()) {
                        lipschitz[k] = lipschitz[k] + lipschitz[k];
                        continue;
                    }
                }
                let accepted = if monotone {
                    let penalty = self.lasso.penalty(block.lambda[active.row(k)]);
                    let new = penalty.varying_objective(row(&c, k), row(&hc, k), row(&b, k));
                    let accepted = new <= objective[k];
                    if accepted {
                        objective[k] = new;
                    }
                    accepted
                } else {
                    true
                };
                let against_the_step = || inner_of_differences(row(&y, k), row(&c, k), row(&c, k), row(&z, k)) > 0.0;
                let w = E::of(self.momentum.weight(accepted, &mut t[k], against_the_step));
                let weights = [w, E::one() - w];
                combine(weights, row(&c, k), row(&z, k), row_mut(&mut y, k));
                combine(weights, row(&hc, k), row(&hz, k), row_mut(&mut hy, k));
                if accepted {
                    row_mut(&mut z, k).copy_from_slice(row(&c, k));
                    row_mut(&mut hz, k).copy_from_slice(row(&hc, k));
                }
            }

            if iteration % CHECK_EVERY == 0 || iteration == block.stop.max_iterations {
                active.retain(
                    |[z, b, hz, ..], k, original| {
                        !block.settle(self.lasso, original, iteration, [row(z, k), row(b, k), row(hz, k)], &mut q)
                    },
                    [&mut z, &mut b, &mut hz, &mut y, &mut hy],
                    |to, from| {
                        t[to] = t[from];
                        lipschitz[to] = lipschitz[from];
                        objective[to] = objective[from];
                    },
                );
                if active.len() == 0 {
                    return;
                }
            }
        }
        for k in 0..active.len() {
            let outcome = Outcome { iterations: block.stop.max_iterations, stop: StopReason::MaxIterations };
            block.leave(active.row(k), row(&z, k), outcome);
        }
    }
}
