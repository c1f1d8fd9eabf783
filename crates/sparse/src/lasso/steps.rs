//! Proximal gradient steps for all samples of a block at once, whatever the penalty.
//!
//! Samples in one block advance together, so that `H z` for all of them is one matrix product. Every
//! sample has its own step size, momentum and end; samples that are done leave the block.
//!
//! By linearity `H y` of an extrapolated point follows from the `H z` of the iterates it is made of: one
//! product an iteration gives the gradient, the objective and the duality gap.

use super::active_rows::{ActiveRows, row, row_mut};
use super::{Outcome, StopReason};
use crate::kernels::{combine, inner_of_differences};
use latent_numeric::Scalar;
use latent_numeric::matmul::{Threads, matmul_into};
use ndarray::{Array2, ArrayView2, s};
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

impl StepSize {
    /// The `L` to begin with, of the Hessian and its largest eigenvalue. Atoms that are all zero leave nothing to step
    /// along; any step does.
    pub(crate) fn first_lipschitz<E: Scalar>(self, hessian: ArrayView2<'_, E>, largest: impl FnOnce() -> E) -> E {
        let first = match self {
            Self::Fixed => largest(),
            Self::Backtracking => hessian.diag().fold(E::zero(), |a, &b| a.max(b)),
        };
        if first > E::zero() { first } else { E::one() }
    }
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

/// The samples of a block: what proximal gradient has to know of them, and where it leaves their codes. A row is given by
/// its number in the block; `b` are its correlations `W' x`.
pub(crate) trait Rows<E> {
    /// `out = prox(y - step (H y - b))` with the step of the penalty.
    fn step(&self, row: usize, step: E, y_hy_b: [&[E]; 3], out: &mut [E]);

    /// The objective without its constant `1/2 ||x||^2`.
    fn varying_objective(&self, row: usize, z_hz_b: [&[E]; 3]) -> f64;

    /// Is told every iterate.
    fn reached(&mut self, _row: usize, _z_hz_b: [&[E]; 3]) {}

    /// Whether `z` is good enough; if so, it is left as the row's answer. `q` is scratch of the same length.
    fn settle(&mut self, row: usize, iterations: usize, z_hz_b: [&[E]; 3], q: &mut [E]) -> bool;

    /// Leaves `z` as the answer of a row.
    fn leave(&mut self, row: usize, z: &[E], outcome: Outcome);
}

/// Iterations between two looks at whether a code is good enough.
const CHECK_EVERY: usize = 4;

/// The settings of proximal gradient, and the `L` that it begins with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps<E> {
    pub step_size: StepSize,
    pub momentum: Momentum,
    pub first_lipschitz: E,
}

impl<E: Scalar> Steps<E> {
    /// Runs every row of a block to its end, with the Hessian `h`, from the codes `z` with correlations `b`, both (rows,
    /// atoms).
    pub fn run(
        &self,
        h: ArrayView2<'_, E>,
        mut z: Array2<E>,
        mut b: Array2<E>,
        max_iterations: usize,
        block: &mut impl Rows<E>,
    ) {
        let (rows, atoms) = z.dim();
        let product = |z: &Array2<E>, hz: &mut Array2<E>, active: usize| {
            let (z, hz) = (z.slice(s![..active, ..]), hz.slice_mut(s![..active, ..]));
            matmul_into(E::one(), z, h, E::zero(), hz, Threads::One);
        };
        let empty = || Array2::<E>::zeros((rows, atoms));
        // z is the iterate, y where the gradient is taken, c the candidate that a step gives.
        let mut hz = empty();
        product(&z, &mut hz, rows);
        let (mut y, mut hy) = (z.clone(), hz.clone());
        let (mut c, mut hc) = (empty(), empty());
        let mut q = vec![E::zero(); atoms];
        let mut t = vec![1.0_f64; rows];
        let mut lipschitz = vec![self.first_lipschitz; rows];
        let monotone = matches!(self.momentum, Momentum::Nesterov { monotone: true, .. });
        let mut objective: Vec<f64> = if monotone {
            (0..rows).map(|k| block.varying_objective(k, [row(&z, k), row(&hz, k), row(&b, k)])).collect()
        } else {
            vec![0.0; rows]
        };
        let mut active = ActiveRows::new(rows);

        for iteration in 1..=max_iterations {
            for k in 0..active.len() {
                let point = [row(&y, k), row(&hy, k), row(&b, k)];
                block.step(active.row(k), lipschitz[k].recip(), point, row_mut(&mut c, k));
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
                    let new = block.varying_objective(active.row(k), [row(&c, k), row(&hc, k), row(&b, k)]);
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
                block.reached(active.row(k), [row(&z, k), row(&hz, k), row(&b, k)]);
            }

            if iteration % CHECK_EVERY == 0 || iteration == max_iterations {
                active.retain(
                    |[z, b, hz, ..], k, original| {
                        !block.settle(original, iteration, [row(z, k), row(hz, k), row(b, k)], &mut q)
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
            let outcome = Outcome { iterations: max_iterations, stop: StopReason::MaxIterations };
            block.leave(active.row(k), row(&z, k), outcome);
        }
    }
}
