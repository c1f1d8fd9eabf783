//! One operator on every row of a batch.

use super::Prox;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array1, ArrayView2, ArrayViewMut2, Axis};

/// Coordinates that one thread treats at a time, of whole rows.
const TOGETHER: usize = 1 << 11;

/// Applies `prox` with the same step to every row of `z` (samples, coordinates), in parallel.
///
/// Rows do not depend on each other, so the bits are the same for every number of threads.
///
/// # Panics
/// As [`Prox::apply`] on a row.
pub fn apply_rows<E: Scalar, P: Prox<E> + Sync + ?Sized>(prox: &P, mut z: ArrayViewMut2<E>, step: E) {
    let together = parallel::rows_together(TOGETHER, z.ncols());
    parallel::each(z.axis_chunks_iter_mut(Axis(0), together), |_, mut rows| {
        rows.outer_iter_mut().for_each(|row| prox.apply(row, step));
    });
}

/// The penalty of every row of `z` (samples, coordinates), a vector of length `samples`.
///
/// # Panics
/// As [`Prox::value`] on a row.
pub fn row_values<E: Scalar, P: Prox<E> + Sync + ?Sized>(prox: &P, z: ArrayView2<E>) -> Array1<f64> {
    let blocks = z.axis_chunks_iter(Axis(0), parallel::rows_together(TOGETHER, z.ncols()));
    let values = parallel::map(blocks, |_, rows| rows.outer_iter().map(|row| prox.value(row)).collect::<Vec<f64>>());
    values.into_iter().flatten().collect()
}
