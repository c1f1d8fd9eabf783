//! Sparse coding on `ndarray` data: proximal operators ([`prox`]) and least squares with any of them ([`composite`]), the
//! lasso over a batch of samples, dictionary learning, the convolutional forms of both ([`convolutional`]), learned encoders ([`lista`]) and gradients through codes
//! ([`differentiable`]).
//!
//! A sample `x` (features) is written as a combination `W z` of few columns of a dictionary `W`
//! (features, atoms). The code `z` (atoms) minimises
//!
//! ```text
//! F(z) = 1/2 ||x - W z||^2 + lambda sum_j w_j |z_j| + l2/2 ||z||^2
//! ```
//!
//! Sources that leave out the half, `E(z) = ||x - W z||^2 + lambda' ||z||_1`, have `lambda' = 2 lambda`.
//!
//! For whole images there are [`convolutional`] models, in which a few small filters stand anywhere.
//!
//! Every code comes with a [`Certificate`](lasso::Certificate): its objective by term, its duality
//! gap, its support, the iterations made and why they ended.
//!
//! ```
//! use latent_sparse::lasso::{Admm, Lasso, LassoParams, Stop};
//! use latent_sparse::Dictionary;
//! use ndarray::array;
//!
//! // Three atoms in the plane, in columns.
//! let dictionary = Dictionary::new(array![[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])?;
//! let lasso = Lasso::new(&dictionary, LassoParams::new(0.1))?;
//! // One sample a row.
//! let codes = lasso.solve(array![[1.2, 1.6], [0.5, 0.0]].view(), &Admm::default(), &Stop::gap(1e-8))?;
//! assert_eq!(codes.certificates[0].support, 1);
//! assert!((codes.codes[[0, 2]] - 1.9_f64).abs() < 1e-6);
//! assert!(codes.certificates.iter().all(|c| c.relative_gap <= 1e-8));
//! # Ok::<(), latent_sparse::SparseError>(())
//! ```

mod atoms;
pub mod composite;
pub mod convolutional;
pub mod dictionary;
#[cfg(feature = "lista")]
pub mod differentiable;
mod error;
mod kernels;
pub mod lasso;
#[cfg(feature = "lista")]
pub mod lista;
pub mod prox;
mod spd;
#[cfg(feature = "train")]
pub mod train;
mod units;

pub use atoms::Dictionary;
pub use error::SparseError;
