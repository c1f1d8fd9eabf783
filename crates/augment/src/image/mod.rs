//! Image augmentation: chains of operators on grey and colour images of any size, `u8` or `f32`.
//!
//! Images are (C, H, W), batches (N, C, H, W); pixel centres are at integer coordinates, x to the right, y down. Values
//! are computed in `f32` on [0, 1], and bytes are rounded once, at the end of a chain ([`Pixel`]).
//!
//! # Operators
//! | moves pixels | changes values |
//! |---|---|
//! | [`HorizontalFlip`], [`VerticalFlip`] | [`GaussianNoise`], [`SaltAndPepper`], [`PoissonNoise`] |
//! | [`Rotate`], [`Scale`], [`Translate`], [`Shear`] | [`GaussianBlur`], [`MotionBlur`] |
//! | [`Perspective`], [`Elastic`] | [`ColorJitter`] (brightness, contrast, saturation, hue), [`Gamma`] |
//! | [`Crop`], [`RandomResizedCrop`], [`Pad`] | [`Jpeg`], [`Downscale`], [`Cutout`], [`Erase`] |
//!
//! [`Mix`] mixes samples: [`Mixup`] and [`Cutmix`]. A [`Chain`] is made of [`Step`]s: an operator with its probability,
//! [`Step::one_of`] several, or [`Step::random_apply`] all or none of several. [`Operate`] is for operators of your own.
//!
//! # Random draws
//! An operator draws from the stream `(seed, name of the operator, [epoch, sample, place in the chain])`. So a sample can be
//! augmented again alone, an operator of probability 0 draws nothing, and changing the parameters of one operator changes
//! the draws of no other. [`Chain::draw`] gives what was drawn as a [`Transform`], to be kept and applied to something else.
//!
//! # One sampling
//! Geometric operators that follow each other are joined and the image is sampled once: projective maps (all but
//! [`Elastic`]) are multiplied as matrices in double precision, and a displacement field joins between two matrices, where
//! it is evaluated bilinearly. Between joined operators there is no border, so what one moves out of the canvas the
//! next may bring back, and a rotation after a [`Crop`] shows what lay around the crop. Only another [`Interpolation`] or
//! [`Border`] begins a new sampling. Where the joined map takes pixels to pixels, values are copied.

mod chain;
mod drawn;
mod filter;
mod frame;
mod kinds;
mod mix;
mod operate;
mod operator;
mod operators;
mod pixel;
mod range;
mod rows;
mod sampling;
mod scratch;
mod shape;
mod transform;
mod warp;

pub use chain::{Chain, Step};
pub use drawn::Drawn;
pub use mix::{Cutmix, Mix, Mixing, Mixup};
pub use operate::{Operate, Own};
pub use operator::Operator;
pub use operators::{
    ColorJitter, Crop, Cutout, Downscale, Elastic, Erase, Filling, Gamma, GaussianBlur, GaussianNoise, HorizontalFlip,
    Jpeg, MotionBlur, Pad, Perspective, PoissonNoise, Position, RandomResizedCrop, Rotate, SaltAndPepper, Scale, Shear,
    Subsampling, Translate, VerticalFlip,
};
pub use pixel::Pixel;
pub use range::Range;
pub use rows::{RowAugmenter, RowMixer};
pub use sampling::{Border, Interpolation, Sampling};
pub use shape::Shape;
pub use transform::Transform;
pub use warp::Homography;
