//! What a run depends on.

use latent_models::{VaeObjective, VaeSettings};
use latent_study::augmentation::Augmentation;
use latent_study::mixing::Mixed;
use latent_study::training::StudyConfig;
use latent_study::{DatasetChoice, DatasetName, data};
use latent_train::config::{Check, Optimizer, Problems, Training};
use latent_train::sources::Binarize;
use serde::{Deserialize, Serialize};

/// The configuration of `vae_mnist`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Which images.
    pub dataset: DatasetName,
    /// How many of the training images, from the first on, are trained on; all that are not held out if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub train_images: Option<usize>,
    /// How many of the training images, from the last on, are held out, and evaluated while training in the place of the
    /// test images: early stopping and the best checkpoint go by them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_images: Option<usize>,
    /// How training images are changed.
    #[serde(skip_serializing_if = "Augmentation::is_empty")]
    pub augment: Augmentation,
    /// How they are mixed with each other.
    #[serde(skip_serializing_if = "Mixed::is_none")]
    pub mix: Mixed,
    /// What becomes of grey pixels.
    pub binarize: Binarize,
    /// Draws for each image whose likelihood is estimated at the end.
    pub likelihood_draws: usize,
    /// For how many of the test images that is done.
    pub likelihood_images: usize,
    /// Encoder, decoder and likelihood.
    pub model: VaeSettings,
    /// The weights of the objective's terms.
    pub objective: VaeObjective,
    /// How long, and what happens how often.
    pub training: Training,
    /// How the weights are changed.
    pub optimizer: Optimizer,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dataset: DatasetName::AUTO,
            train_images: None,
            validation_images: None,
            augment: Augmentation::default(),
            mix: Mixed::default(),
            binarize: Binarize::None,
            likelihood_draws: 200,
            likelihood_images: 1000,
            model: VaeSettings::default(),
            objective: VaeObjective::default(),
            training: Training { epochs: Some(20), ..Training::default() },
            optimizer: Optimizer::default(),
        }
    }
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        self.dataset.check(Self::DATASETS, problems);
        problems.at_least_one([
            ("train_images", self.train_images.unwrap_or(1)),
            ("validation_images", self.validation_images.unwrap_or(1)),
            ("likelihood_draws", self.likelihood_draws),
            ("likelihood_images", self.likelihood_images),
        ]);
        if let Err(error) = self.objective.check() {
            problems.require(false, "objective", error.to_string());
        }
        if let Err(error) = self.model.build::<f32>([1, 28, 28], 0) {
            problems.require(false, "model", error.to_string());
        }
        problems.table("training", &self.training);
        problems.table("optimizer", &self.optimizer);
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
