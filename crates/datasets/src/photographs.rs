//! Photographs: pictures each of its own size, in bytes, without labels.

use crate::Provenance;
use crate::folder::Channels;
use latent_numeric::Scalar;
use ndarray::Array3;

/// Photographs, or what stands in for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photographs {
    /// The name of the set, for example `"bsds/train"`.
    pub name: String,
    /// (C, H, W) each, of one number of channels and any sizes.
    pub images: Vec<Array3<u8>>,
    /// Where they came from.
    pub provenance: Provenance,
}

/// Photographs to learn from, and others to test on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotographSplits {
    /// To learn from.
    pub train: Photographs,
    /// To test on.
    pub test: Photographs,
}

impl Photographs {
    /// The number of photographs.
    pub fn len(&self) -> usize {
        self.images.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.images.is_empty()
    }

    /// The first so many of them, or all if there are fewer.
    #[must_use]
    pub fn first(mut self, count: usize) -> Self {
        self.images.truncate(count);
        if let Provenance::Files { files } = &mut self.provenance {
            files.truncate(count);
        }
        self
    }

    /// Photograph `index` as numbers in [0, 1], (C, H, W).
    ///
    /// # Panics
    /// If there is no such photograph.
    pub fn unit<E: Scalar>(&self, index: usize) -> Array3<E> {
        self.images[index].mapv(|byte| E::of(f64::from(byte)) / E::of(255.0))
    }
}

impl Channels {
    /// How many numbers a pixel has.
    pub fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Colour => 3,
        }
    }
}
