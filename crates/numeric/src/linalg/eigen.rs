use super::LinalgError;
use super::backend::Backend;
use super::error::check_square;
use crate::Scalar;
use ndarray::{Array1, Array2, ArrayView2};

/// The eigendecomposition `A = Q diag(w) Q'` of a symmetric matrix; see [`symmetric_eigen`].
#[derive(Clone, Debug, PartialEq)]
pub struct SymmetricEigen<E> {
    /// The eigenvalues `w` in ascending order, (n).
    pub values: Array1<E>,
    /// The orthogonal matrix `Q`, (n, n): column `j` is the eigenvector of `values[j]`.
    pub vectors: Array2<E>,
}

/// The eigendecomposition `A = Q diag(w) Q'` with `Q' Q = I` of a symmetric matrix.
///
/// Only the lower triangle of `a` is used. The computed factors are those of a matrix within a small
/// multiple of `n eps ||A||_2` of `A`, so small eigenvalues carry that absolute error.
///
/// # Shapes
/// `a` is (n, n).
///
/// # Errors
/// [`LinalgError::NotSquare`], [`LinalgError::NotFinite`] (also for elements above the diagonal),
/// [`LinalgError::NoConvergence`].
///
/// # Source
/// Golub and Van Loan, *Matrix Computations*, 4th ed., sections 8.3 and 8.4.
///
/// ```
/// use latent_numeric::linalg::symmetric_eigen;
/// use ndarray::array;
///
/// let eigen = symmetric_eigen(array![[0.0_f64, 1.0], [1.0, 0.0]].view())?;
/// assert!((eigen.values[0] + 1.0).abs() < 1e-15 && (eigen.values[1] - 1.0).abs() < 1e-15);
/// # Ok::<(), latent_numeric::linalg::LinalgError>(())
/// ```
pub fn symmetric_eigen<E: Scalar>(a: ArrayView2<E>) -> Result<SymmetricEigen<E>, LinalgError> {
    let operation = "symmetric eigendecomposition";
    let n = check_square(operation, a)?;
    if n == 0 {
        return Ok(SymmetricEigen { values: Array1::zeros(0), vectors: Array2::zeros((0, 0)) });
    }
    let (values, vectors) =
        E::Backend::symmetric_eigen(a).map_err(|_| LinalgError::NoConvergence { operation, rows: n, cols: n })?;
    Ok(SymmetricEigen { values, vectors })
}
