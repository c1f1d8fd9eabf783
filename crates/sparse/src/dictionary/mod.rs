//! Dictionary learning: atoms that code a set of samples sparsely.
//!
//! ```text
//! min_{W, Z} mean_i 1/2 ||x_i - W z_i||^2 + lambda ||z_i||_1,  ||w_j|| = 1
//! ```
//!
//! Coding and updating take turns: [`DictionaryLearner`] codes samples with any
//! [`Solver`](crate::lasso::Solver), and a [`Method`] improves the atoms for these codes. The columns are
//! normalised after every update, without which the l1 term could be made small by large atoms.
//!
//! ```
//! use latent_sparse::dictionary::{DictionaryLearner, DictionaryParams};
//! use latent_sparse::lasso::{Admm, LassoParams, Stop};
//! use ndarray::Array2;
//!
//! // Samples on two lines through the origin, one a row.
//! let x = Array2::from_shape_fn((64, 3), |(i, j)| {
//!     let line = if i % 2 == 0 { [1.0, 0.0, 0.0] } else { [0.0, 0.6, 0.8] };
//!     line[j] * (1.0 + (i / 2) as f64 / 32.0)
//! });
//! let params = DictionaryParams { epochs: 5, batch_size: 16, ..DictionaryParams::new(2, LassoParams::new(0.01)) };
//! let mut learner = DictionaryLearner::new(params)?;
//! learner.fit(&x, &Admm::default())?;
//! let codes = learner.transform(x.view(), &Admm::default(), &Stop::gap(1e-6))?;
//! assert_eq!(codes.summary().nonzeros, 1.0);
//! # Ok::<(), latent_sparse::SparseError>(())
//! ```

mod block_coordinate;
mod coding;
mod dead_atoms;
mod ksvd;
mod learner;
mod least_squares;
mod order;
mod params;
mod samples;
mod saved;
mod statistics;

pub use learner::{DictionaryLearner, FitReport, Progress};
pub use order::epoch_order;
pub use params::{DictionaryParams, Init, Method};
pub use samples::Samples;
pub use saved::Learned;
