//! The one place that knows who computes a decomposition.

#[cfg(any(test, not(feature = "lapack")))]
mod faer;
#[cfg(feature = "lapack")]
mod lapack;

#[cfg(all(test, feature = "lapack"))]
mod tests;

use ndarray::{Array1, Array2, ArrayView2};

/// Why a backend failed; the caller adds what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Failure {
    /// The iteration did not converge.
    NoConvergence,
    /// The pivot at this index is not positive.
    Pivot(usize),
}

/// Decompositions of matrices that are not empty and hold finite elements, square where they must be.
/// Of a symmetric matrix only the lower triangle is read.
pub trait Backend<E> {
    /// Eigenvalues in ascending order, eigenvectors in columns.
    fn symmetric_eigen(a: ArrayView2<E>) -> Result<(Array1<E>, Array2<E>), Failure>;
    /// `U`, `s` descending, `V'`; thin.
    fn svd(a: ArrayView2<E>) -> Result<(Array2<E>, Array1<E>, Array2<E>), Failure>;
    /// `s` descending.
    fn singular_values(a: ArrayView2<E>) -> Result<Array1<E>, Failure>;
    /// The lower factor, zero above the diagonal.
    fn cholesky(a: ArrayView2<E>) -> Result<Array2<E>, Failure>;
}

/// A number type with its backend. The trait cannot be named outside this crate, which also makes
/// [`Scalar`](crate::Scalar) a sealed trait.
pub trait Element: Sized {
    /// Who decomposes matrices of this type.
    type Backend: Backend<Self>;
}

#[cfg(not(feature = "lapack"))]
type Selected = faer::Faer;
#[cfg(feature = "lapack")]
type Selected = lapack::Lapack;

impl Element for f32 {
    type Backend = Selected;
}

impl Element for f64 {
    type Backend = Selected;
}
