//! Cyclic coordinate descent.

use super::active_rows::{row, row_mut};
use super::certificate::Terms;
use super::penalty::Penalty;
use super::{Block, Lasso, Outcome, Prepared, Solver, Stop, StopReason};
use crate::SparseError;
use crate::kernels::{coordinate_sweep, residual_correlations};
use latent_numeric::{Scalar, compiled_here};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// Coordinate descent: minimises over one coefficient at a time, exactly, in the order of the atoms.
///
/// ```text
/// z_j <- shrink(q_j + H_jj z_j, lambda_j) / H_jj,   q = b - H z kept up to date
/// ```
///
/// The objective never rises. An iteration is one sweep over all atoms; coefficients that stay zero cost
/// next to nothing. Source: Friedman, Hastie, Hoefling and Tibshirani 2007.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoordinateDescent;

/// Sweeps between two looks at the duality gap.
const CHECK_EVERY: usize = 5;

#[compiled_here]
impl<E: Scalar> Solver<E> for CoordinateDescent {
    fn name(&self) -> &'static str {
        "coordinate descent"
    }

    fn prepare<'p>(&self, lasso: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError> {
        Ok(Box::new(Sweeps { lasso }))
    }
}

struct Sweeps<'p, E: Scalar> {
    lasso: &'p Lasso<'p, E>,
}

#[compiled_here]
impl<E: Scalar> Prepared<E> for Sweeps<'_, E> {
    fn solve(&self, block: Block<'_, E>) {
        each_row(self.lasso, block, None, |sample, stop, _| {
            let mut iterations = 0;
            loop {
                if sample.terms().relative_gap <= stop.relative_gap {
                    return Outcome { iterations, stop: StopReason::Converged };
                }
                if iterations >= stop.max_iterations {
                    return Outcome { iterations, stop: StopReason::MaxIterations };
                }
                let sweeps = CHECK_EVERY.min(stop.max_iterations - iterations);
                iterations += sweeps;
                if !sample.sweep(sweeps) {
                    return sample.settled(iterations, stop);
                }
            }
        });
    }
}

/// One sample on its way through a solver that works on one sample at a time.
pub(super) struct Sample<'a, E> {
    pub h: ArrayView2<'a, E>,
    pub penalty: Penalty<'a, E>,
    pub x_squared: f64,
    pub b: &'a [E],
    pub z: &'a mut [E],
    /// `b - H z`.
    pub q: &'a mut [E],
}

impl<E: Scalar> Sample<'_, E> {
    /// Objective and duality gap at `z`, from `q`.
    pub fn terms(&self) -> Terms {
        self.penalty.terms_from_correlations(self.x_squared, self.z, self.b, self.q)
    }

    /// Makes up to this many sweeps; false if the last one changed nothing.
    pub fn sweep(&mut self, sweeps: usize) -> bool {
        let h = self.h.to_slice().expect("standard layout");
        (0..sweeps).all(|_| coordinate_sweep(h, self.penalty, self.z, self.q))
    }

    /// Computes `q` anew, free of the rounding errors of its updates.
    pub fn refresh(&mut self) {
        residual_correlations(self.h.to_slice().expect("standard layout"), self.z, self.b, self.q);
    }

    /// The outcome of a sample that no longer changes.
    pub fn settled(&mut self, iterations: usize, stop: Stop) -> Outcome {
        self.refresh();
        let converged = self.terms().relative_gap <= stop.relative_gap;
        Outcome { iterations, stop: if converged { StopReason::Converged } else { StopReason::Precision } }
    }
}

/// Runs `solve(sample, stop, iterations made before)` on every row of a block, or on the given ones, one
/// after the other.
pub(super) fn each_row<E: Scalar>(
    lasso: &Lasso<'_, E>,
    block: Block<'_, E>,
    rows: Option<&[usize]>,
    mut solve: impl FnMut(&mut Sample<'_, E>, Stop, usize) -> Outcome,
) {
    let mut codes = block.codes;
    let mut q = vec![E::zero(); lasso.dictionary().len()];
    let count = block.outcomes.len();
    let solve_row = |k: usize| {
        let mut sample = Sample {
            h: lasso.hessian(),
            penalty: lasso.penalty(block.lambda[k]),
            x_squared: block.squared_norms[k],
            b: row(&block.correlations, k),
            z: row_mut(&mut codes, k),
            q: &mut q,
        };
        sample.refresh();
        block.outcomes[k] = solve(&mut sample, block.stop, block.outcomes[k].iterations);
    };
    match rows {
        None => (0..count).for_each(solve_row),
        Some(rows) => rows.iter().copied().for_each(solve_row),
    }
}
