//! Photographs: pictures each of its own size, in bytes, without labels.

use crate::folder::Channels;
use crate::split::left_of;
use crate::{DatasetError, Provenance};
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
    /// To choose by, if any were [held out](Self::hold_out) of those to learn from.
    pub validation: Option<Photographs>,
    /// To test on.
    pub test: Photographs,
}

impl PhotographSplits {
    /// Holds the last training photographs out as a validation set; zero holds none out.
    ///
    /// # Errors
    /// [`DatasetError::Parameter`] if none would be left to learn from.
    pub fn hold_out(mut self, photographs: usize) -> Result<Self, DatasetError> {
        if photographs == 0 {
            return Ok(self);
        }
        let left = left_of("photographs held out", photographs, self.train.len(), &self.train.name)?;
        let set = self.train.name.split('/').next().unwrap_or_default();
        let (name, images) = (format!("{set}/held-out"), self.train.images.split_off(left));
        let provenance = match &mut self.train.provenance {
            Provenance::Files { files } => Provenance::Files { files: files.split_off(left.min(files.len())) },
            other => other.clone(),
        };
        Ok(Self { validation: Some(Photographs { name, images, provenance }), ..self })
    }
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
