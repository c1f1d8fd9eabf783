use super::LinalgError;
use super::backend::Backend;
use super::error::check_finite;
use crate::Scalar;
use ndarray::{Array1, Array2, ArrayView2};

/// The thin singular value decomposition `A = U diag(s) V'`; see [`svd`].
#[derive(Clone, Debug, PartialEq)]
pub struct Svd<E> {
    /// The left singular vectors in columns, (m, k).
    pub u: Array2<E>,
    /// The singular values, not negative, in descending order, (k).
    pub s: Array1<E>,
    /// The right singular vectors in rows, `V'`, (k, n).
    pub vt: Array2<E>,
}

/// The thin singular value decomposition `A = U diag(s) V'` with `U' U = V' V = I`.
///
/// # Shapes
/// `a` is (m, n); with `k = min(m, n)`, `u` is (m, k), `s` is (k), `vt` is (k, n).
///
/// # Errors
/// [`LinalgError::NotFinite`], [`LinalgError::NoConvergence`].
///
/// # Source
/// Golub and Van Loan, *Matrix Computations*, 4th ed., section 8.6.
///
/// ```
/// use latent_numeric::linalg::svd;
/// use ndarray::array;
///
/// let a = array![[0.0_f64, 2.0], [1.0, 0.0], [0.0, 0.0]];
/// let svd = svd(a.view())?;
/// assert!((svd.s[0] - 2.0).abs() < 1e-15 && (svd.s[1] - 1.0).abs() < 1e-15);
/// assert_eq!((svd.u.dim(), svd.vt.dim()), ((3, 2), (2, 2)));
/// # Ok::<(), latent_numeric::linalg::LinalgError>(())
/// ```
pub fn svd<E: Scalar>(a: ArrayView2<E>) -> Result<Svd<E>, LinalgError> {
    let operation = "singular value decomposition";
    check_finite(operation, a)?;
    let (rows, cols) = a.dim();
    if a.is_empty() {
        return Ok(Svd { u: Array2::zeros((rows, 0)), s: Array1::zeros(0), vt: Array2::zeros((0, cols)) });
    }
    let (u, s, vt) = E::Backend::svd(a).map_err(|_| LinalgError::NoConvergence { operation, rows, cols })?;
    Ok(Svd { u, s, vt })
}

/// The singular values alone, in descending order: the `s` of [`svd`] at a fraction of its cost.
///
/// # Shapes
/// `a` is (m, n), the result (min(m, n)).
///
/// # Errors
/// As [`svd`].
pub fn singular_values<E: Scalar>(a: ArrayView2<E>) -> Result<Array1<E>, LinalgError> {
    let operation = "computation of the singular values";
    check_finite(operation, a)?;
    if a.is_empty() {
        return Ok(Array1::zeros(0));
    }
    let (rows, cols) = a.dim();
    E::Backend::singular_values(a).map_err(|_| LinalgError::NoConvergence { operation, rows, cols })
}
