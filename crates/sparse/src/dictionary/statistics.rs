//! What an update needs to know of samples and codes.

use latent_numeric::Scalar;
use latent_numeric::matmul::{Threads, matmul_into};
use ndarray::{Array2, ArrayView2};

/// Weighted sums over coded samples. With them the fit of any atoms `W` to the codes is, up to a constant,
/// `1/2 tr(W' W A) - tr(W' B')`.
#[derive(Clone, Debug)]
pub(super) struct Statistics<E> {
    /// `A = sum z z'`, (atoms, atoms).
    pub codes: Array2<E>,
    /// `B = sum z x'`, (atoms, features).
    pub samples: Array2<E>,
}

impl<E: Scalar> Statistics<E> {
    pub fn new(atoms: usize, features: usize) -> Self {
        Self { codes: Array2::zeros((atoms, atoms)), samples: Array2::zeros((atoms, features)) }
    }

    /// Scales what has been seen by `keep`, then adds the rows of a batch.
    pub fn add(&mut self, keep: E, x: ArrayView2<E>, z: ArrayView2<E>) {
        matmul_into(E::one(), z.t(), z, keep, self.codes.view_mut(), Threads::Pool);
        matmul_into(E::one(), z.t(), x, keep, self.samples.view_mut(), Threads::Pool);
    }

    /// What they are where samples and codes are multiplied by this.
    pub fn scale(&mut self, factor: E) {
        if factor != E::one() {
            // Twice, since the square may be out of range.
            self.codes.mapv_inplace(|a| a * factor * factor);
            self.samples.mapv_inplace(|b| b * factor * factor);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.codes.fill(E::zero());
        self.samples.fill(E::zero());
    }

    /// Forgets everything about one atom.
    pub fn forget(&mut self, atom: usize) {
        self.codes.row_mut(atom).fill(E::zero());
        self.codes.column_mut(atom).fill(E::zero());
        self.samples.row_mut(atom).fill(E::zero());
    }
}
