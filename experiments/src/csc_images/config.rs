//! What a run depends on.

use crate::augmentation::Augmentation;
use crate::cli::Dataset;
use crate::natural;
use crate::solvers::ConvolutionalSolver;
use crate::tasks::FilterBanksTask;
use crate::training::StudyConfig;
use latent_numeric::random::Stream;
use latent_sparse::convolutional::{ConvolutionalParams, FilterInit, FilterMethod, FilterParams, LowPass};
use latent_train::config::{Check, Problems, Training};
use ndarray::{Array2, Array4};
use serde::{Deserialize, Serialize};

/// The configuration of `csc_images`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Which photographs.
    pub dataset: Dataset,
    /// How training photographs are changed, once.
    #[serde(skip_serializing_if = "Augmentation::is_empty")]
    pub augment: Augmentation,
    /// The numbers of filters of the banks, each a power of two.
    pub filters: Vec<usize>,
    /// The bank whose maps of a whole photograph are drawn: one of the numbers of filters.
    pub drawn: usize,
    /// Rows and columns of a filter.
    pub side: usize,
    /// Whether the pixels of a filter add up to zero in each channel.
    pub zero_mean: bool,
    /// Rows and columns of the windows of photographs that are learned from.
    pub window: usize,
    /// Windows that are learned from.
    pub train_windows: usize,
    /// Windows of other photographs, that filters are tested on.
    pub test_windows: usize,
    /// The weight of differences in the smooth part that is split off, and the mirrored pixels at its border.
    pub low_pass: LowPass,
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
    /// How long, and what happens how often.
    pub training: Training,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dataset: Dataset::Auto,
            augment: Augmentation::default(),
            filters: vec![1, 2, 4, 8, 16, 32, 64],
            drawn: 16,
            side: 9,
            zero_mean: true,
            window: 96,
            train_windows: 48,
            test_windows: 12,
            low_pass: LowPass::default(),
            lambda: 0.1,
            coding_iterations: 20,
            test_iterations: 100,
            solver: ConvolutionalSolver::Admm,
            test_gap: 1e-2,
            forgetting: 4.0,
            dead_after: 48,
            training: Training { epochs: Some(8), batch_size: 4, ..Training::default() },
        }
    }
}

/// Standard deviations of the window of the first filters in a side.
const WINDOWS_IN_A_SIDE: f32 = 6.0;

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        natural::check(self.dataset, problems);
        let filters = &self.filters;
        let known = !filters.is_empty() && filters.iter().all(|&size| FilterBanksTask::allows(size));
        let each_once = filters.iter().enumerate().all(|(at, size)| !filters[..at].contains(size));
        let expected = "must be powers of two from 1 to 128, at least one and none twice";
        problems.require(known && each_once, "filters", format!("{expected}, got {filters:?}"));
        let drawn = self.drawn;
        problems.require(
            filters.contains(&drawn),
            "drawn",
            format!("must be one of filters, {filters:?}, got {drawn}"),
        );
        problems.at_least_one([
            ("train_windows", self.train_windows),
            ("test_windows", self.test_windows),
            ("coding_iterations", self.coding_iterations),
            ("test_iterations", self.test_iterations),
            ("dead_after", self.dead_after),
        ]);
        problems.require((2..=32).contains(&self.side), "side", format!("must be from 2 to 32, got {}", self.side));
        let (side, window) = (self.side, self.window);
        problems.require(
            window >= 2 * side,
            "window",
            format!("must be at least {}, twice the side of a filter, got {window}", 2 * side),
        );
        let single = self.lambda as f32;
        let fits = single.is_finite() && single > 0.0;
        problems.require(fits, "lambda", format!("must be a finite number above 0, got {:e}", self.lambda));
        let fits = self.test_gap.is_finite() && self.test_gap > 0.0;
        problems.require(fits, "test_gap", format!("must be a finite number above 0, got {}", self.test_gap));
        let smooth = self.low_pass.lambda;
        let fits = smooth.is_finite() && smooth >= 0.0;
        problems.require(fits, "low_pass.lambda", format!("must be a finite number, at least 0, got {smooth}"));
        let fits = self.forgetting.is_finite() && self.forgetting >= 0.0;
        problems.require(fits, "forgetting", format!("must be a finite number, at least 0, got {}", self.forgetting));
        problems.table("training", &self.training);
    }
}

impl StudyConfig for Config {
    fn training(&self) -> &Training {
        &self.training
    }

    fn dataset(&mut self) -> &mut Dataset {
        &mut self.dataset
    }
}

impl Config {
    /// How a bank of so many filters is learned.
    ///
    /// It begins with noise under a Gaussian window: a filter that begins elsewhere than in the middle of its window stays
    /// there, as shifted filters with shifted maps make the same images, and lacks room on one side.
    pub fn learner(&self, filters: usize, channels: usize, seed: u64) -> FilterParams<f32> {
        let side = self.side;
        let noise: Array4<f32> =
            Stream::new(seed, "first filters", &[filters as u64]).normal_array((filters, channels, side, side));
        let middle = 0.5 * (side as f32 - 1.0);
        let from_middle = |at: usize| (at as f32 - middle) * WINDOWS_IN_A_SIDE / side as f32;
        let window = Array2::from_shape_fn((side, side), |(row, column)| {
            (-0.5 * (from_middle(row).powi(2) + from_middle(column).powi(2))).exp()
        });
        FilterParams {
            method: FilterMethod::Online { forgetting: self.forgetting },
            batch_size: self.training.batch_size,
            coding_iterations: self.coding_iterations,
            zero_mean: self.zero_mean,
            dead_after: self.dead_after,
            init: FilterInit::Given(noise * window),
            seed,
            ..FilterParams::new(filters, (self.side, self.side), ConvolutionalParams::new(self.lambda as f32))
        }
    }
}
