//! What a user chooses for learning.

use super::ConvolutionalParams;
use crate::SparseError;
use crate::error::require;
use latent_numeric::Scalar;
use ndarray::Array4;
use serde::{Deserialize, Serialize};

/// When and from which maps the filters are updated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterMethod {
    /// All images are coded a little further in every epoch, starting where the last one left them, and the filters
    /// then fitted to all of their maps. Holds the maps of all images in memory.
    Alternating,
    /// Batches of images are coded from zero, and the filters fitted to statistics of all batches so far, in which
    /// older ones count less: before batch `t` they are scaled by `(1 - 1/t)^forgetting`. Images may be many.
    Online {
        /// How fast the past is forgotten, at least 0 (not at all).
        forgetting: f64,
    },
}

/// Where the first filters come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterInit<E> {
    /// Windows of the images, drawn at random.
    Patches,
    /// Independent normal entries.
    Gaussian,
    /// These, (filters, channels, height, width).
    Given(Array4<E>),
}

/// The settings of a [`FilterLearner`](super::FilterLearner), unchecked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FilterParams<E> {
    /// How many filters to learn.
    pub filters: usize,
    /// Height and width of a filter.
    pub size: (usize, usize),
    /// The penalty on the maps, the boundary and the meaning of channels.
    pub penalty: ConvolutionalParams<E>,
    /// When and from which maps the filters are updated.
    pub method: FilterMethod,
    /// Passes over the images.
    pub epochs: usize,
    /// Images that are coded with the same filters before an update of [`FilterMethod::Online`].
    pub batch_size: usize,
    /// Iterations of ADMM that an image gets between two updates of the filters.
    pub coding_iterations: usize,
    /// Whether the pixels of a filter must add up to zero in each channel.
    pub zero_mean: bool,
    /// Where the first filters come from.
    pub init: FilterInit<E>,
    /// After this many images in a row without any use, a filter is replaced by a window of what is left of an image.
    pub dead_after: usize,
    /// The seed of the random streams: the first filters, the order of images and replacements.
    pub seed: u64,
}

impl<E: Scalar> FilterParams<E> {
    /// Alternating over 30 epochs with 6 iterations of ADMM in each, filters of zero mean that begin as windows of the
    /// images.
    pub fn new(filters: usize, size: (usize, usize), penalty: ConvolutionalParams<E>) -> Self {
        Self {
            filters,
            size,
            penalty,
            method: FilterMethod::Alternating,
            epochs: 30,
            batch_size: 4,
            coding_iterations: 6,
            zero_mean: true,
            init: FilterInit::Patches,
            dead_after: 100,
            seed: 0,
        }
    }

    /// Checks everything that can be checked without images.
    pub(super) fn check(&self) -> Result<(), SparseError> {
        let at_least_one = |n: usize, name| require(n > 0, name, 0.0, "a whole number of at least 1");
        at_least_one(self.filters, "filters")?;
        at_least_one(self.size.0, "the height of filters")?;
        at_least_one(self.size.1, "the width of filters")?;
        at_least_one(self.batch_size, "batch_size")?;
        at_least_one(self.coding_iterations, "coding_iterations")?;
        at_least_one(self.dead_after, "dead_after")?;
        let pixels = self.size.0 * self.size.1;
        require(!self.zero_mean || pixels > 1, "the pixels of a filter of zero mean", pixels as f64, "at least 2")?;
        self.penalty.check()?;
        if let FilterMethod::Online { forgetting } = self.method {
            let ok = forgetting.is_finite() && forgetting >= 0.0;
            require(ok, "forgetting", forgetting, "a finite number, at least 0")?;
        }
        if let FilterInit::Given(given) = &self.init {
            let (count, channels, h, w) = given.dim();
            if count != self.filters || (h, w) != self.size {
                return Err(SparseError::Shape {
                    what: "the given first filters (filters, channels, height, width)",
                    found: given.shape().to_vec(),
                    expected: vec![self.filters, channels, self.size.0, self.size.1],
                });
            }
        }
        Ok(())
    }
}
