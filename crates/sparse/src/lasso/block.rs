//! A block of samples on its way through a solver.

use super::{Lasso, Stop, StopReason};
use crate::kernels::combine;
use latent_numeric::Scalar;
use ndarray::{ArrayView2, ArrayViewMut2};

/// What a solver did with one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Iterations made, in the solver's own unit.
    pub iterations: usize,
    /// Why it ended.
    pub stop: StopReason,
}

/// Some samples of a batch as a solver gets them, with room for their codes.
///
/// Each row is given in a unit of its own: sample, lambda and codes are divided by a power of two, so that the largest
/// element of the sample is at least 1 and below 2, and squares neither overflow nor vanish. The lasso is the same in
/// every unit; a method that is not (that compares with numbers of its own) multiplies by [`units`](Self::units) first.
#[derive(Debug)]
pub struct Block<'a, E> {
    /// The power of two that each row was divided by; 1 for a sample of zeros.
    pub units: &'a [E],
    /// The samples `x`, (rows, features).
    pub data: ArrayView2<'a, E>,
    /// Their correlations `b = W' x` with the atoms, (rows, atoms), in standard layout.
    pub correlations: ArrayView2<'a, E>,
    /// `||x||^2` of each row.
    pub squared_norms: &'a [f64],
    /// The lambda of each row.
    pub lambda: &'a [E],
    /// In: where to start. Out: the codes, (rows, atoms), in standard layout.
    pub codes: ArrayViewMut2<'a, E>,
    /// Out: how each row ended.
    pub outcomes: &'a mut [Outcome],
    /// When a row is done.
    pub stop: Stop,
}

impl<E: Scalar> Block<'_, E> {
    /// Whether `z` is good enough for this row; if so, it is left as the row's answer.
    ///
    /// `b` and `hz` are the row's correlations and `H z`; `q` is scratch of the same length.
    pub(super) fn settle(
        &mut self,
        lasso: &Lasso<'_, E>,
        row: usize,
        iterations: usize,
        [z, b, hz]: [&[E]; 3],
        q: &mut [E],
    ) -> bool {
        combine([E::one(), -E::one()], b, hz, q);
        let terms = lasso.penalty(self.lambda[row]).terms_from_correlations(self.squared_norms[row], z, b, q);
        let good = terms.relative_gap <= self.stop.relative_gap;
        if good {
            self.leave(row, z, Outcome { iterations, stop: StopReason::Converged });
        }
        good
    }

    /// Leaves `z` as the answer of a row.
    pub(super) fn leave(&mut self, row: usize, z: &[E], outcome: Outcome) {
        self.codes.row_mut(row).iter_mut().zip(z).for_each(|(code, &z)| *code = z);
        self.outcomes[row] = outcome;
    }
}
