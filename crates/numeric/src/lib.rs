//! The numerical ground of Latent: what every other crate computes with.
//!
//! | module | what it is |
//! |---|---|
//! | [`scalar`] | [`Scalar`], the trait of `f32` (to train) and `f64` (to check) |
//! | [`matmul`] | matrix products over `ndarray` views of any strides |
//! | [`linalg`] | symmetric eigendecomposition, SVD, Cholesky, spectral norm |
//! | [`parallel`] | loops and sums whose bits do not depend on the number of threads |
//! | [`random`] | named random streams `(seed, purpose, indices)` |

pub mod linalg;
pub mod matmul;
pub mod parallel;
pub mod random;
pub mod scalar;

pub use scalar::Scalar;
