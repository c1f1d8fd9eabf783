//! Figures by which generative and latent-variable models are judged. Each says how it was estimated and from how much:
//! sample sizes, standard errors, bounds, and floors, which are what a perfect or an ignorant model would get.
//!
//! | module | what is judged |
//! |---|---|
//! | [`samples`] | samples beside real ones, in any space of features |
//! | [`disentanglement`] | codes beside the factors that data were made from |
//! | [`codes`] | codes, posteriors and reconstructions |
//! | [`likelihood`] | log-likelihoods from importance weights and annealed chains |
//!
//! Models come in as arrays, of `f32` or `f64`, and closures alone: anybody's codes and samples can be judged.
//! Everything is computed in double precision, with the same bits on any number of threads. What is wrong with data or
//! settings is a [`MetricError`], which names the figure, what was found and what is expected.
//!
//! # Samples beside real ones, and their floor
//!
//! ```
//! use latent_metrics::samples::{beside_floor, density_coverage, frechet};
//! use latent_numeric::random::Stream;
//! use ndarray::Array2;
//!
//! // Features of training images, test images, and samples of a model that lost some of the variety.
//! let mut stream = Stream::new(1, "example", &[]);
//! let [train, test]: [Array2<f32>; 2] = [(); 2].map(|()| stream.normal_array((400, 8)));
//! let samples: Array2<f32> = stream.normal_array((400, 8)) * 0.5;
//!
//! let distance = beside_floor(test.view(), train.view(), samples.view(), frechet)?;
//! assert!(distance.figure.squared > 5.0 * distance.floor.squared);
//!
//! let found = density_coverage(test.view(), samples.view(), 5)?;
//! assert!(found.density > 1.0 && found.coverage < found.expected_coverage());
//! # Ok::<(), latent_metrics::MetricError>(())
//! ```
//!
//! # Codes beside factors
//!
//! ```
//! use latent_metrics::disentanglement::{Information, mig, modularity};
//! use ndarray::Array2;
//!
//! let factors = Array2::from_shape_fn((100, 2), |(n, k)| if k == 0 { n % 10 } else { n / 10 });
//! // One code for each factor, and one that is constant.
//! let codes = Array2::from_shape_fn((100, 3), |(n, j)| if j < 2 { factors[[n, j]] as f64 } else { 1.0 });
//! let found = mig(codes.view(), factors.view(), Information::Histogram { bins: 20 })?;
//! assert!((found.score - 1.0).abs() < 1e-9);
//! assert!((modularity(found.information.information.view())?.score - 2.0 / 3.0).abs() < 1e-9);
//! # Ok::<(), latent_metrics::MetricError>(())
//! ```

pub mod codes;
pub mod disentanglement;
mod error;
mod input;
mod jackknife;
pub mod likelihood;
mod logistic;
pub mod samples;
mod special;

pub use error::MetricError;
