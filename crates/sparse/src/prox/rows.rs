//! One operator on every row of a batch.

use super::Prox;
use latent_numeric::Scalar;
use ndarray::parallel::prelude::*;
use ndarray::{Array1, ArrayView2, ArrayViewMut2, Axis};

/// Applies `prox` with the same step to every row of `z` (samples, coordinates), in parallel.
///
/// Rows do not depend on each other, so the bits are the same for every number of threads.
///
/// # Panics
/// As [`Prox::apply`] on a row.
pub fn apply_rows<E: Scalar, P: Prox<E> + Sync + ?Sized>(prox: &P, mut z: ArrayViewMut2<E>, step: E) {
    z.axis_iter_mut(Axis(0)).into_par_iter().for_each(|row| prox.apply(row, step));
}

/// The penalty of every row of `z` (samples, coordinates), a vector of length `samples`.
///
/// # Panics
/// As [`Prox::value`] on a row.
pub fn row_values<E: Scalar, P: Prox<E> + Sync + ?Sized>(prox: &P, z: ArrayView2<E>) -> Array1<E> {
    let values: Vec<E> = z.axis_iter(Axis(0)).into_par_iter().map(|row| prox.value(row)).collect();
    Array1::from_vec(values)
}
