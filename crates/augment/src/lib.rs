//! Data augmentation that is exact, replayable and fast.
//!
//! | module | what it is |
//! |---|---|
//! | [`image`] | chains of image operators, mixup and cutmix |
//! | [`text`] | chains of text operators, alignment of sentences; feature `chinese` for Chinese words |
//! | [`Registry`] | names operators of your own in configurations: [`image::Operate`], [`text::Rewrite`] |
//! | [`error`] | [`AugmentError`]: what was wrong, with which operator, at which place of the chain |
//!
//! Every random draw belongs to a stream named by `(seed, operator, epoch, sample, place in the chain)`, so the
//! augmented sample is a function of these alone: not of the batch it is in, of the order of the samples, or of the
//! number of threads.
//!
//! ```
//! use latent_augment::image::Chain;
//! use ndarray::{Array4, s};
//!
//! let chain = Chain::from_toml(
//!     r#"
//!     [[augment]]
//!     op = "horizontal_flip"
//!     p = 0.5
//!
//!     [[augment]]
//!     op = "rotate"
//!     degrees = [-10, 10]
//!     interpolation = "bilinear"
//!     border = { constant = 0.0 }
//!
//!     [[augment]]
//!     op = "color_jitter"
//!     brightness = [0.9, 1.1]
//!     contrast = [0.9, 1.1]
//!     "#,
//! )?;
//! let images = Array4::<u8>::from_shape_fn((3, 1, 28, 28), |(n, _, y, x)| (80 * n + 2 * y + x) as u8);
//! let (seed, epoch) = (7, 2);
//! let batch = chain.apply_batch(images.view(), seed, epoch, &[40, 41, 42])?;
//! // Sample 41 alone is what it is in the batch.
//! let alone = chain.apply(images.slice(s![1, .., .., ..]), seed, epoch, 41)?;
//! assert_eq!(batch.slice(s![1, .., .., ..]), alone);
//! # Ok::<(), latent_augment::AugmentError>(())
//! ```

// Sides of images and kernels are checked to be at most 2^20.
#![allow(clippy::cast_possible_wrap)]

pub mod error;
pub mod image;
mod rate;
mod steps;
pub mod text;

pub use error::{AugmentError, Fault, Place};
pub use steps::{Chain, Registry, Step};
