//! What a run depends on.

use latent_sparse::dictionary::{DictionaryParams, Init, Method};
use latent_sparse::lasso::{LassoParams, Stop};
use latent_study::augmentation::Augmentation;
use latent_study::mixing::Mixed;
use latent_study::sparse::solvers::SolverName;
use latent_study::training::StudyConfig;
use latent_study::{DatasetChoice, DatasetName, data};
use latent_train::config::{Check, Problems, Training};
use serde::{Deserialize, Serialize};

/// The configuration of `fista_mnist`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Which images.
    pub dataset: DatasetName,
    /// How training images are changed.
    #[serde(skip_serializing_if = "Augmentation::is_empty")]
    pub augment: Augmentation,
    /// How they are mixed with each other.
    #[serde(skip_serializing_if = "Mixed::is_none")]
    pub mix: Mixed,
    /// How many of the training images, from the first on, are learned from; all if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub train_images: Option<usize>,
    /// How many of the training images, from the last on, are held out, and evaluated while training in the place of
    /// the test images: early stopping and the best checkpoint go by them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_images: Option<usize>,
    /// How many of the test images are coded; all if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_images: Option<usize>,
    /// How many atoms are learned.
    pub atoms: usize,
    /// The weight of the l1 term in `1/2 ||x - W z||^2 + lambda ||z||_1`, pixels in [0, 1].
    pub lambda: f64,
    /// Whether codes are held to `z >= 0`.
    pub positive: bool,
    /// What codes the images while learning, and the test images at the end.
    pub solver: SolverName,
    /// The relative duality gap of codes while learning.
    pub learning_gap: f64,
    /// The relative duality gap of the test images' codes.
    pub test_gap: f64,
    /// Where the first atoms come from.
    pub first_atoms: FirstAtoms,
    /// How fast the past is forgotten, at least 0: not at all.
    pub forgetting: f64,
    /// After how many images in a row without any use an atom is replaced.
    pub dead_after: usize,
    /// Test images on which solvers are compared; none if it is 0.
    pub compared_images: usize,
    /// How long, and what happens how often.
    pub training: Training,
}

/// Where the first atoms come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstAtoms {
    /// Training images drawn at random.
    Samples,
    /// Independent normal entries.
    Gaussian,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dataset: DatasetName::AUTO,
            augment: Augmentation::default(),
            mix: Mixed::default(),
            train_images: None,
            validation_images: None,
            test_images: None,
            atoms: 256,
            lambda: 0.1,
            positive: false,
            solver: SolverName::Fista,
            learning_gap: 1e-2,
            test_gap: 1e-4,
            first_atoms: FirstAtoms::Samples,
            forgetting: 32.0,
            dead_after: 5_000,
            compared_images: 200,
            training: Training { epochs: Some(5), batch_size: 512, ..Training::default() },
        }
    }
}

/// What is remembered exactly of how long an atom went unused.
const MOST_IDLE: usize = 1 << f32::MANTISSA_DIGITS;

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        self.dataset.check(Self::DATASETS, problems);
        problems.require(self.atoms >= 1, "atoms", "must be at least 1, got 0");
        let counts = [
            ("train_images", self.train_images),
            ("validation_images", self.validation_images),
            ("test_images", self.test_images),
        ];
        for (key, count) in counts {
            problems.require(count != Some(0), key, "must be at least 1, got 0");
        }
        let (lambda, single) = (self.lambda, self.lambda as f32);
        let scale = "on MNIST 0.1 gives about 80 strokes per image, 0.5 about 20";
        let above = lambda.is_finite() && lambda > 0.0;
        problems.require(above, "lambda", format!("must be a finite number above 0, got {lambda}; {scale}"));
        let fits = !above || (single.is_finite() && single > 0.0);
        problems.require(fits, "lambda", format!("{lambda:e} has no place in single precision; {scale}"));
        for (key, gap) in [("learning_gap", self.learning_gap), ("test_gap", self.test_gap)] {
            let fits = gap.is_finite() && gap > 0.0;
            problems.require(fits, key, format!("must be a finite number above 0, got {gap}"));
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
    const DATASETS: &'static [DatasetChoice] = data::DATASETS;

    fn training(&self) -> &Training {
        &self.training
    }

    fn dataset(&mut self) -> Option<&mut DatasetName> {
        Some(&mut self.dataset)
    }

    fn held_out(&self) -> Option<(&'static str, usize)> {
        Some(("validation_images", self.validation_images.unwrap_or(0)))
    }
}

impl Config {
    /// The penalty on the codes.
    pub fn penalty(&self) -> LassoParams<f32> {
        LassoParams { positive: self.positive, ..LassoParams::new(self.lambda as f32) }
    }

    /// How the dictionary is learned.
    pub fn learner(&self, seed: u64) -> DictionaryParams<f32> {
        DictionaryParams {
            method: Method::Online { forgetting: self.forgetting },
            batch_size: self.training.batch_size,
            stop: Stop::gap(self.learning_gap),
            init: match self.first_atoms {
                FirstAtoms::Samples => Init::Samples,
                FirstAtoms::Gaussian => Init::Gaussian,
            },
            dead_after: self.dead_after,
            seed,
            ..DictionaryParams::new(self.atoms, self.penalty())
        }
    }
}
