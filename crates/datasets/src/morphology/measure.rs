//! What is measured of a digit.

use super::distance::squared_distances;
use super::fine::{FINE, Fine};
use super::moments::Moments;
use super::skeleton;
use crate::{DatasetError, LabelledImages, Rows};
use latent_numeric::parallel;
use ndarray::{ArrayView2, Axis};

/// Measurements of a digit, in pixels of its image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Morphometrics {
    /// The area of the ink.
    pub area: f64,
    /// The length of the skeleton of the ink.
    pub length: f64,
    /// Twice the mean distance from the skeleton to the background.
    pub thickness: f64,
    /// The angle by which the digit leans to the right, in radians.
    pub slant: f64,
    /// The width of the parallelogram about it, along the level sides.
    pub width: f64,
    /// The height of that parallelogram.
    pub height: f64,
}

impl Morphometrics {
    /// The names of the measurements, in the order of [`values`](Self::values).
    pub const NAMES: [&'static str; 6] = ["area", "length", "thickness", "slant", "width", "height"];

    /// The measurements in the order of [`NAMES`](Self::NAMES).
    pub fn values(&self) -> [f64; 6] {
        [self.area, self.length, self.thickness, self.slant, self.width, self.height]
    }
}

/// Measures a digit that is bright on a dark ground.
///
/// # Errors
/// [`DatasetError::Parameter`] if all pixels have one brightness, or there are none.
pub fn measure(image: ArrayView2<u8>) -> Result<Morphometrics, DatasetError> {
    let Fine { grey, ink } = Fine::of(image.mapv(f64::from).view())?;
    let (side, squares) = (FINE as f64, squared_distances(ink.view()));
    let skeleton = skeleton::skeleton(ink.view(), squares.view());
    let (count, sum) = skeleton
        .iter()
        .zip(&squares)
        .filter(|(on, _)| **on)
        .fold((0.0, 0.0), |(count, sum), (_, square)| (count + 1.0, sum + square.sqrt()));
    let moments = Moments::of(grey.view());
    let (width, height) = moments.bounds(grey.view());
    Ok(Morphometrics {
        area: ink.iter().filter(|ink| **ink).count() as f64 / (side * side),
        length: skeleton::length(skeleton.view()) / side,
        thickness: 2.0 * sum / count / side,
        slant: (-moments.shear).atan(),
        width: width / side,
        height: height / side,
    })
}

/// Measures each of the chosen images, which have one channel.
///
/// # Errors
/// [`DatasetError::Parameter`] if they have other channels, or all pixels of one have one brightness.
///
/// # Panics
/// If there is no such image.
pub fn measure_all(images: &LabelledImages, chosen: Rows<'_>) -> Result<Vec<Morphometrics>, DatasetError> {
    one_channel(images)?;
    let measured = parallel::map(0..chosen.len(images.len()), |_, i| digit_of(images, chosen.at(i), measure));
    measured.into_iter().collect()
}

/// Calls `work` with an image of one channel; its error names the image.
pub(super) fn digit_of<T>(
    images: &LabelledImages,
    index: usize,
    work: impl FnOnce(ArrayView2<u8>) -> Result<T, DatasetError>,
) -> Result<T, DatasetError> {
    let all = images.images();
    work(all.index_axis(Axis(0), index).index_axis(Axis(0), 0)).map_err(|error| match error {
        DatasetError::Parameter { name: "image", value, expected } => {
            DatasetError::parameter("image", format!("number {index} of {}, {value}", images.name()), expected)
        }
        other => other,
    })
}

pub(super) fn one_channel(images: &LabelledImages) -> Result<(), DatasetError> {
    match images.image_dim().0 {
        1 => Ok(()),
        channels => Err(DatasetError::parameter("channels", channels, "1: grey images")),
    }
}
