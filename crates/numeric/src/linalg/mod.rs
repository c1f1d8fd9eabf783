//! Decompositions of dense real matrices, on `ndarray` views of any strides.
//!
//! | function | what it gives | cost |
//! |---|---|---|
//! | [`symmetric_eigen`] | `A = Q diag(w) Q'`, eigenvalues ascending | O(n^3) |
//! | [`svd`] | thin `A = U diag(s) V'`, singular values descending | O(m n min(m, n)) |
//! | [`singular_values`] | the same `s` without `U` and `V` | O(m n min(m, n)) |
//! | [`Cholesky`] | `A = L L'`, `A x = b`, `ln det A` | O(n^3 / 3) |
//! | [`spectral_norm`] | the largest singular value by power iteration | O(m n) an iteration |
//! | [`spectral_norm_with`] | the same for a linear map given as two functions | two calls an iteration |
//!
//! # Errors
//! Input that is not square where it must be, or holds a NaN or an infinity, is a
//! [`LinalgError`] that names the place; nothing here panics because of the values in a matrix.
//!
//! # Empty matrices
//! A matrix with no rows or no columns is a matrix: its decompositions have empty factors, the
//! determinant of the 0 by 0 matrix is one and its spectral norm is zero.
//!
//! # Reproducibility
//! Everything runs on the calling thread, so the bits do not depend on the number of threads.
//! Eigenvectors and singular vectors are determined up to their sign (and up to a rotation where
//! values coincide); which of them is returned depends on the backend and on the processor.
//!
//! # Backends
//! The decompositions are computed by `faer`. With the cargo feature `lapack` they are computed by
//! LAPACK through `ndarray-linalg`, which needs the system's OpenBLAS; nothing else changes.
//!
//! ```
//! use latent_numeric::linalg::{Cholesky, symmetric_eigen};
//! use ndarray::array;
//!
//! let a = array![[2.0_f64, 1.0], [1.0, 2.0]];
//! let eigen = symmetric_eigen(a.view())?;
//! assert!((eigen.values[0] - 1.0).abs() < 1e-12 && (eigen.values[1] - 3.0).abs() < 1e-12);
//!
//! let x = Cholesky::new(a.view())?.solve(array![3.0, 3.0].view());
//! assert!((x[0] - 1.0).abs() < 1e-12 && (x[1] - 1.0).abs() < 1e-12);
//! # Ok::<(), latent_numeric::linalg::LinalgError>(())
//! ```

pub(crate) mod backend;
mod cholesky;
mod eigen;
mod error;
mod spectral_norm;
mod svd;

pub use cholesky::Cholesky;
pub use eigen::{SymmetricEigen, symmetric_eigen};
pub use error::LinalgError;
pub use spectral_norm::{PowerIteration, SpectralNorm, spectral_norm, spectral_norm_with};
pub use svd::{Svd, singular_values, svd};
