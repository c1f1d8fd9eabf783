//! What a run depends on.

use super::{Contrast, Cut};
use latent_datasets::olshausen_field::DEFAULT_CUTOFF;
use latent_sparse::dictionary::{DictionaryParams, Init, Method};
use latent_sparse::lasso::{LassoParams, Stop};
use latent_study::augmentation::Augmentation;
use latent_study::sparse::solvers::SolverName;
use latent_study::training::StudyConfig;
use latent_study::{DatasetChoice, DatasetName, natural};
use latent_train::config::{Check, Problems, Training};
use serde::{Deserialize, Serialize};

/// The configuration of `patches`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Which photographs.
    pub dataset: DatasetName,
    /// How training photographs are changed, once.
    #[serde(skip_serializing_if = "Augmentation::is_empty")]
    pub augment: Augmentation,
    /// How many of the training photographs, from the first on, patches are taken from; all if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photographs: Option<usize>,
    /// How many of the training photographs, from the last on, are held out: as many patches of them as of the test
    /// photographs are evaluated while training in the place of those; early stopping and the best checkpoint go by
    /// them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_photographs: Option<usize>,
    /// The frequency `f0`, in cycles a pixel, of the filter `f exp(-(f/f0)^4)`.
    pub cutoff: f64,
    /// What is brought to the same contrast, before all patches together are brought to variance 1.
    pub contrast: Contrast,
    /// Rows and columns of a patch.
    pub side: usize,
    /// Patches that are learned from.
    pub train_patches: usize,
    /// Patches of other photographs, that atoms are tested on.
    pub test_patches: usize,
    /// How many atoms are learned.
    pub atoms: usize,
    /// The weight of the l1 term in `1/2 ||x - W z||^2 + lambda ||z||_1`, pixels of variance 1.
    pub lambda: f64,
    /// What codes the patches.
    pub solver: SolverName,
    /// The relative duality gap of codes while learning.
    pub learning_gap: f64,
    /// The relative duality gap of the codes at the end.
    pub test_gap: f64,
    /// How fast the past is forgotten, at least 0: not at all.
    pub forgetting: f64,
    /// After how many patches in a row without any use an atom is replaced.
    pub dead_after: usize,
    /// How long, and what happens how often.
    pub training: Training,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dataset: DatasetName::AUTO,
            augment: Augmentation::default(),
            photographs: None,
            validation_photographs: None,
            cutoff: DEFAULT_CUTOFF,
            contrast: Contrast::EachPhotograph,
            side: 12,
            train_patches: 50_000,
            test_patches: 10_000,
            atoms: 144,
            lambda: 2.0,
            solver: SolverName::Admm,
            learning_gap: 1e-2,
            test_gap: 1e-4,
            forgetting: 8.0,
            dead_after: 5_000,
            training: Training { epochs: Some(10), batch_size: 512, ..Training::default() },
        }
    }
}

/// What is remembered exactly of how long an atom went unused.
const MOST_IDLE: usize = 1 << f32::MANTISSA_DIGITS;

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        self.dataset.check(Self::DATASETS, problems);
        self.cut().check(problems);
        problems.require(self.atoms >= 1, "atoms", "must be at least 1, got 0");
        let (atoms, patches) = (self.atoms, self.train_patches);
        problems.require(
            atoms <= patches,
            "atoms",
            format!("must be at most {patches}, the number of train_patches, got {atoms}"),
        );
        let single = self.lambda as f32;
        let fits = single.is_finite() && single > 0.0;
        problems.require(fits, "lambda", format!("must be a finite number above 0, got {:e}", self.lambda));
        for (key, value) in [("learning_gap", self.learning_gap), ("test_gap", self.test_gap)] {
            let fits = value.is_finite() && value > 0.0;
            problems.require(fits, key, format!("must be a finite number above 0, got {value}"));
        }
        let fits = self.forgetting.is_finite() && self.forgetting >= 0.0;
        problems.require(fits, "forgetting", format!("must be a finite number, at least 0, got {}", self.forgetting));
        let dead_after = self.dead_after;
        let fits = (1..=MOST_IDLE).contains(&dead_after);
        problems.require(fits, "dead_after", format!("must be from 1 to {MOST_IDLE}, got {dead_after}"));
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
        Some(("validation_photographs", self.validation_photographs.unwrap_or(0)))
    }
}

impl Config {
    /// How patches are taken.
    pub fn cut(&self) -> Cut {
        let &Self { photographs, validation_photographs, cutoff, contrast, side, train_patches, test_patches, .. } =
            self;
        let whitened = true;
        Cut { photographs, validation_photographs, whitened, cutoff, contrast, side, train_patches, test_patches }
    }

    /// Height and width of a patch.
    pub fn shape(&self) -> (usize, usize) {
        self.cut().shape()
    }

    /// The penalty on the codes.
    pub fn penalty(&self) -> LassoParams<f32> {
        LassoParams::new(self.lambda as f32)
    }

    /// How the dictionary is learned.
    pub fn learner(&self, seed: u64) -> DictionaryParams<f32> {
        DictionaryParams {
            method: Method::Online { forgetting: self.forgetting },
            batch_size: self.training.batch_size,
            stop: Stop::gap(self.learning_gap),
            init: Init::Samples,
            dead_after: self.dead_after,
            seed,
            ..DictionaryParams::new(self.atoms, self.penalty())
        }
    }
}
