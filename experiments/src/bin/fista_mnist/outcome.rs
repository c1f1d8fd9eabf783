//! What a run came to.

use super::compare::Comparison;
use latent_study::sparse::dictionaries::{Learned, Words};

/// What samples are called.
pub const WORDS: Words = Words { sample: "image", samples: "images" };

/// What was learned, and what is known of it.
pub struct Outcome {
    /// The dictionary on the test images.
    pub learned: Learned,
    /// The solvers on some of them; without any if they were not compared.
    pub comparison: Comparison,
}
