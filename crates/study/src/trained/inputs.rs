//! The images that the models of a study take.

use crate::failure::Failure;
use clap::ValueEnum;
use latent_datasets::patches::Grid;
use latent_tensor::Tensor;
use ndarray::{Array3, Array4, ArrayD, Axis};

/// Which part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Split {
    /// The training samples.
    Train,
    /// The test samples.
    Test,
}

/// Channels, height and width.
pub type ImageDim = (usize, usize, usize);

/// Which images there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Exactly these channels, height and width.
    Exactly(ImageDim),
    /// Of so many channels and at least so many rows and columns, as `what` has.
    AtLeast {
        /// Channels.
        channels: usize,
        /// Rows and columns.
        side: usize,
        /// "a patch", "a filter".
        what: &'static str,
        /// Whether all must be of one size.
        one_size: bool,
    },
}

impl Form {
    /// Whether an image may have this size.
    pub fn allows(&self, image: ImageDim) -> bool {
        match *self {
            Self::Exactly(form) => image == form,
            Self::AtLeast { channels, side, .. } => image.0 == channels && image.1.min(image.2) >= side,
        }
    }

    /// Channels of an image.
    pub fn channels(&self) -> usize {
        match *self {
            Self::Exactly((channels, ..)) | Self::AtLeast { channels, .. } => channels,
        }
    }
}

/// Images as a model takes them.
pub struct Chosen {
    /// (samples, features), or (images, channels, height, width).
    pub x: ArrayD<f32>,
    /// Their classes, where these are known.
    pub labels: Option<Vec<u8>>,
    /// How they are drawn.
    pub shown: Shown,
    /// Samples that a model is given at once.
    pub batch: usize,
}

/// How samples are drawn.
pub enum Shown {
    /// Dark ink on white, of this height and width.
    Ink((usize, usize)),
    /// In the colours of signs, of this height and width.
    Patches((usize, usize)),
    /// Put together to filtered photographs, the patches of which are side by side.
    Filtered(Vec<Grid>),
    /// As photographs, with this smooth part, which the model is not given.
    Photographs(Array4<f32>),
}

impl Chosen {
    /// The images in batches.
    pub(super) fn batches(&self) -> impl Iterator<Item = Tensor> {
        self.x.axis_chunks_iter(Axis(0), self.batch).map(|some| Tensor::constant(some.to_owned()))
    }
}

/// The images that the models of a study take: those of the run's data set, and others brought into their form.
pub trait Inputs {
    /// What others must be.
    fn form(&self) -> Form;

    /// Some of the run's data set, at most so many from the first.
    ///
    /// # Errors
    /// If they cannot be brought into the form.
    fn part(&self, split: Split, most: usize) -> Result<Chosen, Failure>;

    /// Other images of the [form](Self::form), (channels, height, width) each in `[0, 1]`, at least one.
    ///
    /// # Errors
    /// If they cannot be brought into the form.
    fn others(&self, images: &[Array3<f32>]) -> Result<Chosen, Failure>;
}
