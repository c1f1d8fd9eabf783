//! What a run came to.

use super::Judged;
use latent_study::sparse::dictionaries::{Coded, Learned, Words};
use ndarray::Array2;
use serde_json::{Value, json};
use std::time::Duration;

/// What samples are called.
pub const WORDS: Words = Words { sample: "patch", samples: "patches" };

/// What was learned, and what is known of it.
pub struct Outcome {
    /// The dictionary on the test patches.
    pub learned: Learned,
    /// The codes of the patches that were learned from.
    pub train: Coded,
    /// The atoms, and what they are compared with; without fits if somebody asked for the end.
    pub sets: [Set; 3],
    /// Time spent fitting.
    pub fitting: Duration,
}

/// Images in columns, and the fits to them.
pub struct Set {
    /// What they are.
    pub name: &'static str,
    /// (pixels, images).
    pub images: Array2<f32>,
    /// How well Gabor functions fit them.
    pub judged: Judged,
}

impl Outcome {
    /// Whether Gabor functions were fitted.
    pub fn is_fitted(&self) -> bool {
        !self.atoms().judged.fits.is_empty()
    }

    /// The learned atoms.
    pub fn atoms(&self) -> &Set {
        &self.sets[0]
    }
}

impl Set {
    /// Every fit, and the figures of all.
    pub fn json(&self) -> Value {
        json!({
            "images": self.name,
            "r_squared_median": self.judged.median(),
            "r_squared_above_0.8": self.judged.share_of_good(),
            "orientations": self.judged.orientations(),
            "orientation_entropy": self.judged.orientation_entropy(),
            "fits": self.judged.fits,
        })
    }
}
