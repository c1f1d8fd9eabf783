//! The numerical ground of Latent: what every other crate computes with.
//!
//! | module | what it is |
//! |---|---|
//! | [`scalar`] | [`Scalar`], the trait of `f32` (to train) and `f64` (to check) |
//! | [`matmul`] | matrix products over `ndarray` views of any strides |
//! | [`conv`] | two-dimensional convolution and the gradients with respect to its input and weight |
//! | [`fft`] | Fourier transforms of real images |
//! | [`linalg`] | symmetric eigendecomposition, SVD, Cholesky, spectral norm |
//! | [`math`] | `exp`, `ln`, `tanh`, `sigmoid`, `softplus`, `erf` of whole slices, vectorised |
//! | [`parallel`] | loops and sums whose bits do not depend on the number of threads |
//! | [`ranks`] | several processes with the bits of one |
//! | [`format`](mod@format) | numbers and durations as people write them |
//! | [`files`] | files that exist only whole |
//! | [`compiled_here`] | generic functions compiled once for each number type |
//! | [`vectorized!`] | loops compiled for several instruction sets |
//! | [`random`] | named random streams `(seed, purpose, indices)` |
//! | [`text`] | text files without their byte-order mark |

// Views are passed by value, as everywhere on `ndarray`.
#![allow(clippy::needless_pass_by_value)]

// Attributes name the crate as others do.
extern crate self as latent_numeric;

pub mod conv;
pub mod fft;
pub mod files;
pub mod format;
pub mod linalg;
pub mod math;
pub mod matmul;
#[doc(hidden)]
pub mod once;
pub mod parallel;
mod power_of_two;
pub mod random;
pub mod ranks;
pub mod scalar;
pub mod text;
mod vectorized;

pub use latent_macros::compiled_here;
pub use power_of_two::power_of_two;
pub use scalar::Scalar;
