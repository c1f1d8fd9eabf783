//! The alternating direction method of multipliers, finished exactly: the default for batches.

use super::active_rows::{ActiveRows, row, row_mut};
use super::finish::finish;
use super::{Block, Lasso, Outcome, Prepared, Solver, StopReason};
use crate::SparseError;
use crate::error::require;
use crate::kernels::{admm_step, combine, inner_of_differences, scale};
use latent_numeric::matmul::{Threads, matmul_into};
use latent_numeric::parallel::Cached;
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Array2, s};
use serde::{Deserialize, Serialize};

/// ADMM on the split `1/2 v' H v - b' v + penalty(z)`, `v = z`, over all samples of a block at once:
///
/// ```text
/// v <- (H + rho I)^-1 (b + rho (z - u))
/// z <- prox_{penalty/rho}(a v + (1 - a) z + u)
/// u <- u + a v + (1 - a) z_old - z
/// ```
///
/// The inverse is made once, so an iteration is one matrix product, as for FISTA; but it sees all of
/// `H`, not only its largest eigenvalue, and needs tens of iterations where FISTA needs hundreds. What is
/// left after [`iterations`](Self::iterations) goes to the exact methods, [`ActiveSet`](super::ActiveSet) and where
/// that does not find the support soon [`Lars`](super::Lars), so that any tolerance can be reached. An iteration is
/// one of any of them.
///
/// Sources: Boyd, Parikh, Chu, Peleato and Eckstein 2011, sections 3.4.3 and 6.4; the choice of `rho` by
/// relative residuals: Wohlberg 2017.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Admm {
    /// Over-relaxation `a`, from 1 (none) to below 2.
    pub relaxation: f64,
    /// Iterations before the exact method takes over.
    pub iterations: usize,
}

impl Default for Admm {
    fn default() -> Self {
        Self { relaxation: 1.8, iterations: 60 }
    }
}

#[compiled_here]
impl<E: Scalar> Solver<E> for Admm {
    fn name(&self) -> &'static str {
        "ADMM"
    }

    fn prepare<'p>(&self, lasso: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError> {
        require(
            (1.0..2.0).contains(&self.relaxation),
            "the relaxation of ADMM",
            self.relaxation,
            "a number from 1 to below 2",
        )?;
        let scale = lasso.hessian().diag().mean().unwrap_or_else(E::one);
        let scale = if scale > E::zero() { scale } else { E::one() };
        Ok(Box::new(Factored { settings: *self, lasso, scale, rungs: [const { Cached::new() }; RUNGS] }))
    }
}

/// The penalty parameters to choose from: `scale * 2^((rung - MIDDLE) / 2)`.
const RUNGS: usize = 33;
const MIDDLE: usize = 20;
/// The first look at the duality gap, and how many iterations lie between two.
const FIRST_CHECK: usize = 16;
const CHECK_EVERY: usize = 8;
/// Iterations after which `rho` is adapted.
const ADAPT_AT: [usize; 3] = [6, 12, 24];

struct Factored<'p, E: Scalar> {
    settings: Admm,
    lasso: &'p Lasso<'p, E>,
    /// The mean of the diagonal of `H`, which `rho` is proportional to.
    scale: E,
    /// `(H + rho I)^-1` for each rung, made when first used; none where rounding leaves that matrix indefinite.
    rungs: [Cached<Option<Array2<E>>>; RUNGS],
}

impl<E: Scalar> Factored<'_, E> {
    fn rho(&self, rung: usize) -> E {
        self.scale * E::of(((rung as f64 - MIDDLE as f64) / 2.0).exp2())
    }

    fn inverse(&self, rung: usize) -> Option<&Array2<E>> {
        let inverse = self.rungs[rung].get_or_compute(|| {
            let mut a = self.lasso.hessian().to_owned();
            let rho = self.rho(rung);
            a.diag_mut().mapv_inplace(|d| d + rho);
            crate::spd::inverse("ADMM", a.view()).ok()
        });
        inverse.as_ref()
    }

    /// Where to start on the ladder: `rho` grows about as `(lambda / lambda_max)^(2/3)`, measured on
    /// images and on random dictionaries.
    fn first_rung(&self, block: &Block<'_, E>) -> usize {
        let mut ratios: Vec<f64> = (0..block.lambda.len())
            .map(|k| {
                let penalty = self.lasso.penalty(E::one());
                let lambda_max = penalty.largest(row(&block.correlations, k)).as_f64();
                if lambda_max > 0.0 { block.lambda[k].as_f64() / lambda_max } else { 1.0 }
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        let ratio = ratios[ratios.len() / 2].clamp(1e-6, 1.0);
        rung_of(5.6 * ratio.powf(2.0 / 3.0))
    }
}

fn rung_of(rho_over_scale: f64) -> usize {
    (2.0 * rho_over_scale.log2() + MIDDLE as f64).round().clamp(0.0, (RUNGS - 1) as f64) as usize
}

#[compiled_here]
impl<E: Scalar> Prepared<E> for Factored<'_, E> {
    fn solve(&self, mut block: Block<'_, E>) {
        let (rows, atoms) = block.codes.dim();
        let h = self.lasso.hessian();
        let relaxation = E::of(self.settings.relaxation);
        let limit = self.settings.iterations.min(block.stop.max_iterations);
        let mut rung = self.first_rung(&block);
        let mut b = block.correlations.to_owned();
        let mut z = block.codes.to_owned();
        let mut u = Array2::<E>::zeros((rows, atoms));
        let mut rhs = b.clone();
        rhs.scaled_add(self.rho(rung), &z);
        let mut solved = Array2::<E>::zeros((rows, atoms));
        let mut old = Array2::<E>::zeros((rows, atoms));
        let mut q = vec![E::zero(); atoms];
        let mut active = ActiveRows::new(rows);
        let largest_unit = block.units.iter().fold(0.0, |most: f64, unit| most.max(unit.as_f64()));

        let mut made = 0;
        for iteration in 1..=limit {
            let n = active.len();
            let top = s![..n, ..];
            let rho = self.rho(rung);
            let adapt = ADAPT_AT.contains(&iteration);
            if adapt {
                old.slice_mut(top).assign(&z.slice(top));
            }
            // Without an inverse the exact method takes over at once.
            let Some(inverse) = self.inverse(rung) else { break };
            matmul_into(E::one(), rhs.slice(top), inverse.view(), E::zero(), solved.slice_mut(top), Threads::One);
            made = iteration;
            for k in 0..n {
                admm_step(
                    self.lasso.penalty(block.lambda[active.row(k)]),
                    rho,
                    relaxation,
                    row(&solved, k),
                    row(&b, k),
                    row_mut(&mut z, k),
                    row_mut(&mut u, k),
                    row_mut(&mut rhs, k),
                );
            }
            if adapt {
                let share = |k: usize| {
                    let unit = block.units[active.row(k)].as_f64();
                    (unit / largest_unit).powi(2)
                };
                let new = adapted(rung, n, share, [&solved, &z, &old, &u]);
                if new != rung {
                    // u is the multiplier divided by rho.
                    let (factor, rho) = (rho / self.rho(new), self.rho(new));
                    for k in 0..n {
                        scale(factor, row_mut(&mut u, k));
                        combine([rho, -rho], row(&z, k), row(&u, k), row_mut(&mut rhs, k));
                        row_mut(&mut rhs, k).iter_mut().zip(row(&b, k)).for_each(|(r, &b)| *r += b);
                    }
                    rung = new;
                }
            }
            if iteration >= FIRST_CHECK && (iteration - FIRST_CHECK).is_multiple_of(CHECK_EVERY) {
                matmul_into(E::one(), z.slice(top), h, E::zero(), solved.slice_mut(top), Threads::One);
                active.retain(
                    |[z, b, hz, ..], k, original| {
                        !block.settle(self.lasso, original, iteration, [row(z, k), row(b, k), row(hz, k)], &mut q)
                    },
                    [&mut z, &mut b, &mut solved, &mut u, &mut rhs],
                    |_, _| {},
                );
                if active.len() == 0 {
                    return;
                }
            }
        }
        for k in 0..active.len() {
            block.leave(active.row(k), row(&z, k), Outcome { iterations: made, stop: StopReason::MaxIterations });
        }
        finish(self.lasso, block, active.rows());
    }
}

/// The rung at which the relative residuals `||v - z|| / ||z||` and `||z - z_old|| / ||u||` would be in
/// balance, at most two steps away. The squares of row `k` count by its `share`, its unit squared: samples count by
/// their size.
fn adapted<E: Scalar>(rung: usize, n: usize, share: impl Fn(usize) -> f64, [v, z, old, u]: [&Array2<E>; 4]) -> usize {
    let distance = |a: &Array2<E>, b: &Array2<E>| -> f64 {
        (0..n).map(|k| share(k) * inner_of_differences(row(a, k), row(b, k), row(a, k), row(b, k))).sum()
    };
    let size = |a: &Array2<E>| -> f64 {
        let of_row = |k: usize| row(a, k).iter().map(move |a| (a.as_f64().powi(2), k));
        (0..n).flat_map(of_row).map(|(square, k)| share(k) * square).sum()
    };
    let primal = distance(v, z) * size(u);
    let dual = distance(z, old) * size(z);
    if primal == 0.0 || dual == 0.0 {
        return rung;
    }
    // The residuals are squared here, and their ratio moves about as rho.
    let steps = (0.5 * (primal / dual).log2()).clamp(-2.0, 2.0).round() as isize;
    rung.saturating_add_signed(steps).min(RUNGS - 1)
}
