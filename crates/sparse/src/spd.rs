//! Symmetric positive definite systems.

use crate::SparseError;
use latent_numeric::Scalar;
use latent_numeric::linalg::Cholesky;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

/// The inverse of a symmetric positive definite matrix; `what` names who needs it.
pub(crate) fn inverse<E: Scalar>(what: &'static str, a: ArrayView2<E>) -> Result<Array2<E>, SparseError> {
    solve(what, a, Array2::eye(a.nrows()).view())
}

/// `a^-1 b` for a symmetric positive definite matrix; `what` names who needs it.
pub(crate) fn solve<E: Scalar>(
    what: &'static str,
    a: ArrayView2<E>,
    b: ArrayView2<E>,
) -> Result<Array2<E>, SparseError> {
    let factor = Cholesky::new(a).map_err(|e| SparseError::Decomposition { what, reason: e.to_string() })?;
    Ok(factor.solve_matrix(b))
}

/// Solves `(H_SS + ridge I) d = g` on the rows and columns in `support`; `None` if that block is not positive
/// definite.
pub(crate) fn solve_on<E: Scalar>(
    h: ArrayView2<E>,
    support: &[usize],
    ridge: E,
    g: ArrayView1<E>,
) -> Option<Array1<E>> {
    let k = support.len();
    let mut block = Array2::from_shape_fn((k, k), |(i, j)| h[[support[i], support[j]]]);
    block.diag_mut().mapv_inplace(|d| d + ridge);
    Cholesky::new(block.view()).ok().map(|factor| factor.solve(g))
}
