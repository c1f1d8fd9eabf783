//! What a run came to.

use latent_study::sparse::banks::Reconstruction;
use latent_study::sparse::windows::Judged;
use serde::Serialize;
use std::time::Duration;

/// What was learned, and what is known of it.
pub struct Outcome {
    /// Each bank on the test windows.
    pub banks: Vec<Bank>,
    /// A whole photograph.
    pub drawn: Drawn,
    /// Steps made.
    pub steps: u64,
    /// Time spent learning, evaluations while learning among it.
    pub learning: Duration,
}

/// A bank on the test windows.
#[derive(Clone, Debug, Serialize)]
pub struct Bank {
    /// How many filters.
    pub filters: usize,
    /// The codes that the encoder predicts.
    pub predicted: Judged,
    /// Those of least objective, with the filters of the decoder.
    pub optimal: Judged,
    /// After how many iterations FISTA, from zero, has as low an objective as the predicted codes; none if it never has in
    /// as many as were tried.
    #[serde(rename = "worth")]
    pub equivalent_iterations: Option<f64>,
    /// The mean over filters of the absolute cosine of the angle between those of encoder and decoder.
    pub similarity: f64,
    /// Filters by descending weight in the optimal codes.
    #[serde(skip)]
    pub order: Vec<usize>,
}

/// A photograph from the maps of a bank.
pub struct Drawn {
    /// As predicted.
    pub predicted: Reconstruction,
    /// At the optimum.
    pub optimal: Reconstruction,
}
