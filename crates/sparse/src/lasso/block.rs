//! A block of samples on its way through a solver.

use super::{StopReason, params::Stop};
use ndarray::{ArrayView2, ArrayViewMut2};

/// How a solver left one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Iterations made, in the solver's own unit.
    pub iterations: usize,
    /// Why it ended.
    pub stop: StopReason,
}

/// What a solver gets for some rows of a batch, and where it leaves its answer.
#[derive(Debug)]
pub struct Block<'a, E> {
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
