//! How patches are taken from photographs.

use latent_datasets::olshausen_field::DEFAULT_CUTOFF;
use latent_train::config::{Check, Problems};
use serde::{Deserialize, Serialize};

/// How patches are taken from photographs: those of Gregor and LeCun's size unless something else is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cut {
    /// How many of the training photographs, from the first on, patches are taken from; all if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photographs: Option<usize>,
    /// How many of the training photographs, from the last on, are held out: as many patches of them as of the test
    /// photographs are evaluated while training in the place of those; early stopping and the best checkpoint go by
    /// them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_photographs: Option<usize>,
    /// Whether photographs pass the filter first; else patches lose no more than their means.
    pub whitened: bool,
    /// The frequency `f0`, in cycles a pixel, of the filter `f exp(-(f/f0)^4)`.
    pub cutoff: f64,
    /// What is brought to the same contrast, before all patches together are brought to variance 1.
    pub contrast: Contrast,
    /// Rows and columns of a patch.
    pub side: usize,
    /// Patches that are learned from.
    pub train_patches: usize,
    /// Patches of other photographs, to test on.
    pub test_patches: usize,
}

/// What is brought to the same contrast after the filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contrast {
    /// Nothing.
    Kept,
    /// Each photograph.
    EachPhotograph,
    /// Each patch.
    EachPatch,
}

/// Sides that windows and waves fit into, and that are still called small.
const SIDES: std::ops::RangeInclusive<usize> = 4..=32;

impl Default for Cut {
    fn default() -> Self {
        Self {
            photographs: None,
            validation_photographs: None,
            whitened: true,
            cutoff: DEFAULT_CUTOFF,
            contrast: Contrast::EachPhotograph,
            side: 10,
            train_patches: 50_000,
            test_patches: 10_000,
        }
    }
}

impl Check for Cut {
    fn check(&self, problems: &mut Problems) {
        problems.at_least_one([
            ("photographs", self.photographs.unwrap_or(1)),
            ("validation_photographs", self.validation_photographs.unwrap_or(1)),
            ("train_patches", self.train_patches),
            ("test_patches", self.test_patches),
        ]);
        let (side, least, most) = (self.side, SIDES.start(), SIDES.end());
        problems.require(SIDES.contains(&side), "side", format!("must be from {least} to {most}, got {side}"));
        let fits = self.cutoff.is_finite() && self.cutoff > 0.0;
        problems.require(fits, "cutoff", format!("must be a finite number above 0, got {}", self.cutoff));
    }
}

impl Cut {
    /// Height and width of a patch.
    pub fn shape(&self) -> (usize, usize) {
        (self.side, self.side)
    }
}
