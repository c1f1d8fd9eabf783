//! What a run came to.

use latent_sparse::convolutional::Filters;
use latent_study::sparse::banks::Reconstruction;
use latent_study::sparse::windows::Judged;
use ndarray::Array3;
use serde::Serialize;
use std::time::Duration;

/// What was learned, and what is known of it.
pub struct Outcome {
    /// Each bank on the test windows; on Ctrl-C as many as were judged.
    pub banks: Vec<Bank>,
    /// A whole photograph, unless somebody asked for the end before.
    pub drawn: Option<Drawn>,
    /// Windows seen while learning.
    pub seen: u64,
    /// Whether somebody asked for the end.
    pub stopped: bool,
    /// Time spent learning, evaluations while learning among it.
    pub learning: Duration,
}

/// A bank of filters on the test windows.
#[derive(Clone, Debug, Serialize)]
pub struct Bank {
    /// How many filters.
    pub filters: usize,
    /// Its codes.
    #[serde(flatten)]
    pub judged: Judged,
    /// The share of coefficients that are not zero.
    pub density: f64,
    /// Filters by descending weight in the codes.
    #[serde(skip)]
    pub order: Vec<usize>,
}

/// A photograph in maps.
pub struct Drawn {
    /// The bank.
    pub filters: Filters<f32>,
    /// (filters, height, width).
    pub maps: Array3<f32>,
    /// What they and the smooth part make.
    pub made: Reconstruction,
}
