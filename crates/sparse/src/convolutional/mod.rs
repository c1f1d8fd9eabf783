//! Convolutional sparse coding: an image as a sum of few small filters, each placed anywhere.
//!
//! ```text
//! min_z 1/2 sum_p w(p) ((sum_k d_k * z_k)(p) - s(p))^2 + lambda sum_k ||z_k||_1
//! ```
//!
//! The image `s` (channels, height, width) is the sum of the convolutions of filters `d_k` (channels, height, width)
//! with maps `z_k`, which say where a filter stands and how strongly: `(d * z)(p) = sum_a d(a) z(p - a)`. The weights
//! `w` are 1 where no mask is given.
//!
//! | | |
//! |---|---|
//! | [`ConvolutionalLasso`] | the problem: [`Filters`] and [`ConvolutionalParams`] (lambda, [`Boundary`], [`Channels`]) |
//! | [`Solver`] | [`Admm`], [`Ista`](crate::lasso::Ista), [`Fista`](crate::lasso::Fista), [`GreedyCoordinateDescent`], yours |
//! | [`ConvolutionalCodes`] | the maps, each set with its [`Certificate`](crate::lasso::Certificate) |
//! | [`FilterLearner`] | filters for given images, under `||d_k|| <= 1` and where asked for zero mean |
//! | [`LowPass`] | splits off the smooth part of images |
//! | [`denoise`](ConvolutionalLasso::denoise), [`inpaint`](ConvolutionalLasso::inpaint) | images made anew from their maps |
//!
//! # Which solver
//! [`Admm`] is the default: it needs tens of iterations where FISTA needs hundreds, and they cost the same. Where maps
//! are very sparse (lambda above a quarter of lambda_max) [`GreedyCoordinateDescent`] is faster. With weights or a free
//! boundary ADMM decouples the pixels by a second split; the others solve the same problem as before.
//!
//! All of them convolve in the image domain, or in the Fourier domain where filters have 300 pixels or more: whichever is
//! faster.
//!
//! # Certificates
//! With the dual point `theta = s sqrt(w) (s - D z)`, scaled down by the largest `s <= 1` for which
//! `max_k,p |d_k' sqrt(w) theta| <= lambda`, the duality gap is
//!
//! ```text
//! gap = F(z) - (1/2 ||sqrt(w) s||^2 - 1/2 ||theta - sqrt(w) s||^2)  >=  F(z) - F(z*)
//! ```
//!
//! With millions of coefficients the largest correlation settles long after the objective: a gap of 1e-2 commonly
//! belongs to an objective within 1e-4 of the optimum.
//!
//! # Example
//! ```
//! use latent_sparse::convolutional::{Admm, ConvolutionalLasso, ConvolutionalParams, Filters};
//! use latent_sparse::lasso::Stop;
//! use ndarray::{Array4, array};
//!
//! // A horizontal and a vertical edge.
//! let mut d = Array4::zeros((2, 1, 2, 2));
//! d.slice_mut(ndarray::s![0, 0, .., ..]).assign(&array![[0.5, 0.5], [-0.5, -0.5]]);
//! d.slice_mut(ndarray::s![1, 0, .., ..]).assign(&array![[0.5, -0.5], [0.5, -0.5]]);
//! let filters = Filters::new(d)?;
//! let problem = ConvolutionalLasso::new(&filters, ConvolutionalParams::new(0.01))?;
//! // The first one at row 1, column 2, the second at row 5, column 3, twice as strong.
//! let mut maps = Array4::zeros((1, 2, 8, 8));
//! maps[[0, 0, 1, 2]] = 1.0;
//! maps[[0, 1, 5, 3]] = 2.0;
//! let image = problem.reconstruct(maps.view())?;
//! let codes = problem.solve(image.view(), &Admm::default(), &Stop::gap(1e-6).max_iterations(1_000))?;
//! assert_eq!(codes.certificates[0].support, 2);
//! assert!((codes.maps[[0, 0, 1, 2]] - 0.99_f64).abs() < 1e-4);
//! # Ok::<(), latent_sparse::SparseError>(())
//! ```
//!
//! # Sources
//! Zeiler, Krishnan, Taylor and Fergus 2010 (deconvolutional networks); Bristow, Eriksson and Lucey, *Fast convolutional
//! sparse coding*, 2013; Wohlberg, *Efficient convolutional sparse coding*, 2014, and *Efficient algorithms for
//! convolutional sparse representations*, 2016; Heide, Heidrich and Wetzstein, *Fast and flexible convolutional sparse
//! coding*, 2015; Moreau, Oudre and Vayatis, *DICOD: distributed convolutional coordinate descent*, 2018.

mod admm;
mod codes;
mod filter_update;
mod filters;
mod first_filters;
mod greedy;
mod kernels;
mod learner;
mod learner_params;
mod low_pass;
mod operator;
mod params;
mod problem;
mod proximal_gradient;
mod restore;
mod sample;
mod saved;
mod solve;
mod solver;
mod spectra;
mod statistics;
#[cfg(test)]
mod tests;

pub use admm::Admm;
pub use codes::ConvolutionalCodes;
pub use filters::Filters;
pub use greedy::GreedyCoordinateDescent;
pub use learner::{FilterLearner, FilterProgress, FilterReport};
pub use learner_params::{FilterInit, FilterMethod, FilterParams};
pub use low_pass::{LowPass, Split};
pub use params::{Boundary, Channels, ConvolutionalParams};
pub use problem::{ConvolutionalLasso, Images};
pub use restore::Restored;
pub use sample::Sample;
pub use saved::LearnedFilters;
pub use solver::Solver;
