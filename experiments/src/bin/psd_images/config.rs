//! What a run depends on.

use latent_datasets::folder::Channels;
use latent_optim::Adam;
use latent_sparse::convolutional::LowPass;
use latent_sparse::train::Energy;
use latent_study::augmentation::Augmentation;
use latent_study::sparse::banks::sizes;
use latent_study::sparse::windows::Windows;
use latent_study::training::StudyConfig;
use latent_study::{DatasetChoice, DatasetName, natural};
use latent_train::config::{Check, Decay, Optimizer, Problems, Schedule, Training};
use serde::{Deserialize, Serialize};

/// The configuration of `psd_images`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Which photographs.
    pub dataset: DatasetName,
    /// Whether they keep their colours.
    pub colour: bool,
    /// How training photographs are changed, once.
    #[serde(skip_serializing_if = "Augmentation::is_empty")]
    pub augment: Augmentation,
    /// The numbers of filters of the banks, none twice.
    pub filters: Vec<usize>,
    /// The bank that a whole photograph is coded with: one of the numbers of filters.
    pub drawn: usize,
    /// Rows and columns of a filter.
    pub side: usize,
    /// Iterations of FISTA for the optimum of each test window, at most.
    pub test_iterations: usize,
    /// The relative duality gap of these, if it comes before so many iterations.
    pub test_gap: f64,
    /// What is minimised.
    pub energy: Energy,
    /// What is learned from, and tested on.
    pub windows: Windows,
    /// How long, and what happens how often.
    pub training: Training,
    /// How the weights are changed.
    pub optimizer: Optimizer,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dataset: DatasetName::AUTO,
            colour: false,
            augment: Augmentation::default(),
            filters: vec![1, 2, 4, 8, 16, 32, 64],
            drawn: 16,
            side: 9,
            test_iterations: 300,
            test_gap: 1e-3,
            energy: Energy::default(),
            // The rest is nearly white, so that filters fit into their places, and encoders' filters are determined.
            windows: Windows { low_pass: LowPass { lambda: 0.5, ..LowPass::default() }, ..Windows::default() },
            training: Training { epochs: Some(60), batch_size: 4, ..Training::default() },
            optimizer: Optimizer::new(Adam { learning_rate: 3e-3, ..Adam::default() })
                .schedule(Schedule { kind: Decay::Cosine, ..Schedule::default() }),
        }
    }
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        self.dataset.check(Self::DATASETS, problems);
        sizes::check(&self.filters, self.drawn, problems);
        sizes::check_side(self.side, &self.windows, problems);
        problems.at_least_one([("test_iterations", self.test_iterations)]);
        let fits = self.test_gap.is_finite() && self.test_gap > 0.0;
        problems.require(fits, "test_gap", format!("must be a finite number above 0, got {}", self.test_gap));
        problems.table("energy", &self.energy);
        problems.table("windows", &self.windows);
        problems.table("training", &self.training);
        problems.table("optimizer", &self.optimizer);
    }
}

impl StudyConfig for Config {
    const DATASETS: &'static [DatasetChoice] = natural::DATASETS;

    const OWN_TABLES: &'static [&'static str] = &["training", "windows"];

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
    /// Of photographs.
    pub fn channels(&self) -> Channels {
        if self.colour { Channels::Colour } else { Channels::Grey }
    }
}
