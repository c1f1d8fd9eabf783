//! What a run depends on.

use latent_sparse::convolutional::{ConvolutionalParams, FilterInit, FilterMethod, FilterParams};
use latent_study::augmentation::Augmentation;
use latent_study::sparse::banks::sizes;
use latent_study::sparse::solvers::ConvolutionalSolver;
use latent_study::sparse::windows::{self, Windows};
use latent_study::training::StudyConfig;
use latent_study::{DatasetChoice, DatasetName, natural};
use latent_train::config::{Check, Problems, Training};
use serde::{Deserialize, Serialize};

/// The configuration of `csc_images`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Which photographs.
    pub dataset: DatasetName,
    /// How training photographs are changed, once.
    #[serde(skip_serializing_if = "Augmentation::is_empty")]
    pub augment: Augmentation,
    /// The numbers of filters of the banks, none twice.
    pub filters: Vec<usize>,
    /// The bank whose maps of a whole photograph are drawn: one of the numbers of filters.
    pub drawn: usize,
    /// Rows and columns of a filter.
    pub side: usize,
    /// Whether the pixels of a filter add up to zero in each channel.
    pub zero_mean: bool,
    /// The weight of the l1 term in `1/2 ||sum_k d_k * z_k - s||^2 + lambda sum_k ||z_k||_1`, pixels in [0, 1].
    pub lambda: f64,
    /// Iterations of ADMM for each window while learning, and of the solver for each test window then, at most.
    pub coding_iterations: usize,
    /// Iterations of the solver for each test window at the end, at most.
    pub test_iterations: usize,
    /// What codes the test windows.
    pub solver: ConvolutionalSolver,
    /// The relative duality gap of the test windows' codes, if it comes before so many iterations.
    pub test_gap: f64,
    /// How fast the past is forgotten, at least 0: not at all.
    pub forgetting: f64,
    /// After how many windows in a row without any use a filter is replaced.
    pub dead_after: usize,
    /// What is learned from, and tested on.
    pub windows: Windows,
    /// How long, and what happens how often.
    pub training: Training,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dataset: DatasetName::AUTO,
            augment: Augmentation::default(),
            filters: vec![1, 2, 4, 8, 16, 32, 64],
            drawn: 16,
            side: 9,
            zero_mean: true,
            lambda: 0.1,
            coding_iterations: 20,
            test_iterations: 100,
            solver: ConvolutionalSolver::Admm,
            test_gap: 1e-2,
            forgetting: 4.0,
            dead_after: 48,
            windows: Windows::default(),
            training: Training { epochs: Some(8), batch_size: 4, ..Training::default() },
        }
    }
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        self.dataset.check(Self::DATASETS, problems);
        sizes::check(&self.filters, self.drawn, problems);
        problems.at_least_one([
            ("coding_iterations", self.coding_iterations),
            ("test_iterations", self.test_iterations),
            ("dead_after", self.dead_after),
        ]);
        sizes::check_side(self.side, &self.windows, problems);
        let single = self.lambda as f32;
        let fits = single.is_finite() && single > 0.0;
        problems.require(fits, "lambda", format!("must be a finite number above 0, got {:e}", self.lambda));
        let fits = self.test_gap.is_finite() && self.test_gap > 0.0;
        problems.require(fits, "test_gap", format!("must be a finite number above 0, got {}", self.test_gap));
        let fits = self.forgetting.is_finite() && self.forgetting >= 0.0;
        problems.require(fits, "forgetting", format!("must be a finite number, at least 0, got {}", self.forgetting));
        problems.table("windows", &self.windows);
        problems.table("training", &self.training);
    }
}

impl StudyConfig for Config {
    const DATASETS: &'static [DatasetChoice] = natural::DATASETS;

    fn training(&self) -> &Training {
        &self.training
    }

    fn dataset(&mut self) -> Option<&mut DatasetName> {
        Some(&mut self.dataset)
    }

    fn held_out(&self) -> Option<(&'static str, usize)> {
        Some(("windows.validation_photographs", self.windows.validation_photographs.unwrap_or(0)))
    }
}

impl Config {
    /// How a bank of so many filters is learned.
    pub fn learner(&self, filters: usize, channels: usize, seed: u64) -> FilterParams<f32> {
        FilterParams {
            method: FilterMethod::Online { forgetting: self.forgetting },
            batch_size: self.training.batch_size,
            coding_iterations: self.coding_iterations,
            zero_mean: self.zero_mean,
            dead_after: self.dead_after,
            init: FilterInit::Given(windows::noise(filters, (channels, self.side), seed)),
            seed,
            ..FilterParams::new(filters, (self.side, self.side), ConvolutionalParams::new(self.lambda as f32))
        }
    }
}
