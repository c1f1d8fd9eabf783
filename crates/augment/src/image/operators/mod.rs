//! One operator, one file: formula, parameters and their domain, what is drawn, how it is applied.

mod color_jitter;
mod crop;
mod cutout;
mod downscale;
mod elastic;
mod erase;
mod gamma;
mod gaussian_blur;
mod gaussian_noise;
mod horizontal_flip;
mod jpeg;
mod motion_blur;
mod pad;
mod perspective;
mod poisson_noise;
mod random_resized_crop;
mod rectangle;
mod rotate;
mod salt_and_pepper;
mod scale;
mod shear;
mod translate;
mod vertical_flip;

pub use color_jitter::ColorJitter;
pub use crop::{Crop, Position};
pub use cutout::Cutout;
pub use downscale::Downscale;
pub use elastic::Elastic;
pub use erase::{Erase, Filling};
pub use gamma::Gamma;
pub use gaussian_blur::GaussianBlur;
pub use gaussian_noise::GaussianNoise;
pub use horizontal_flip::HorizontalFlip;
pub use jpeg::{Jpeg, Subsampling};
pub use motion_blur::MotionBlur;
pub use pad::Pad;
pub use perspective::Perspective;
pub use poisson_noise::PoissonNoise;
pub use random_resized_crop::RandomResizedCrop;
pub use rotate::Rotate;
pub use salt_and_pepper::SaltAndPepper;
pub use scale::Scale;
pub use shear::Shear;
pub use translate::Translate;
pub use vertical_flip::VerticalFlip;

pub(crate) use rectangle::Rectangle;

use super::Shape;
use crate::error::Fault;

/// A number of pixels, or of things, that is at least `least` and small enough for arithmetic.
fn check_count(name: &'static str, count: usize, least: usize) -> Result<(), Fault> {
    if count < least {
        return Err(Fault::parameter(name, count, "at least 1"));
    }
    if count > Shape::LIMIT {
        return Err(Fault::parameter(name, count, "at most 1048576"));
    }
    Ok(())
}

/// The imports that nearly every operator needs.
mod prelude {
    pub(super) use crate::error::Fault;
    pub(super) use crate::image::drawn::Apply;
    pub(super) use crate::image::frame::Frame;
    pub(super) use crate::image::kinds::{Geometric, Parameters, Photometric};
    pub(super) use crate::image::scratch::Scratch;
    pub(super) use crate::image::warp::{Homography, Warp, centre};
    pub(super) use crate::image::{Border, Interpolation, Range, Sampling, Shape};
    pub(super) use latent_numeric::random::Stream;
    pub(super) use serde::{Deserialize, Serialize};
}
