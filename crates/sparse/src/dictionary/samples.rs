//! Where samples come from.

use latent_numeric::Scalar;
use ndarray::{ArrayBase, ArrayViewMut2, Data, Ix2};

/// Samples that are read a batch at a time, so that a large set need not be held in floating point.
pub trait Samples<E>: Sync {
    /// How many samples there are.
    fn count(&self) -> usize;

    /// The length of a sample.
    fn features(&self) -> usize;

    /// Writes the samples of these indices into the rows of `out`, (indices, features).
    fn read(&self, indices: &[usize], out: ArrayViewMut2<E>);
}

impl<E: Scalar, S: Data<Elem = E> + Sync> Samples<E> for ArrayBase<S, Ix2> {
    fn count(&self) -> usize {
        self.nrows()
    }

    fn features(&self) -> usize {
        self.ncols()
    }

    fn read(&self, indices: &[usize], mut out: ArrayViewMut2<E>) {
        for (mut row, &i) in out.rows_mut().into_iter().zip(indices) {
            row.assign(&self.row(i));
        }
    }
}
