//! What a run depends on.

use latent_models::{GanObjective, GanSettings};
use latent_study::augmentation::Augmentation;
use latent_study::mixing::Mixed;
use latent_study::training::StudyConfig;
use latent_study::{DatasetChoice, DatasetName, data};
use latent_train::config::{Check, Optimizer, Problems, Training};
use serde::{Deserialize, Serialize};

/// The configuration of `gan_mnist`.
///
/// Both players take turns; each step of either takes the next batch of images, so that an epoch is a pass of both
/// together over the training data.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Which images.
    pub dataset: DatasetName,
    /// How many of the training images, from the last on, are held out, and evaluated while training in the place of
    /// the test images: early stopping and the best checkpoint go by them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_images: Option<usize>,
    /// How training images are changed.
    #[serde(skip_serializing_if = "Augmentation::is_empty")]
    pub augment: Augmentation,
    /// How they are mixed with each other, for a model without classes.
    #[serde(skip_serializing_if = "Mixed::is_none")]
    pub mix: Mixed,
    /// Steps of the discriminator for each of the generator.
    pub discriminator_steps: u64,
    /// Samples that are judged after training, the first 1,000 of them in each validation too; 0 for no judge.
    pub judged_samples: usize,
    /// Generator and discriminator.
    pub model: GanSettings,
    /// The game and the penalties on the discriminator.
    pub objective: GanObjective,
    /// How long, and what happens how often.
    pub training: Training,
    /// How the discriminator's weights are changed.
    pub discriminator: Optimizer,
    /// How the generator's weights are changed.
    pub generator: Optimizer,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dataset: DatasetName::AUTO,
            validation_images: None,
            augment: Augmentation::default(),
            mix: Mixed::default(),
            discriminator_steps: 1,
            judged_samples: 10_000,
            model: GanSettings::default(),
            objective: GanObjective::default(),
            training: Training::default(),
            discriminator: Optimizer::default(),
            generator: Optimizer::default(),
        }
    }
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        self.dataset.check(Self::DATASETS, problems);
        problems.require(
            self.validation_images.is_none_or(|count| count > 1),
            "validation_images",
            "must be at least 2",
        );
        problems.require(self.discriminator_steps >= 1, "discriminator_steps", "must be at least 1, got 0");
        problems.require(self.judged_samples != 1, "judged_samples", "must be 0 or at least 2, got 1");
        let judged =
            ["frechet_distance", "effective_classes", "class_accuracy"].contains(&self.training.watch.as_str());
        if judged && self.judged_samples == 0 {
            let message = format!("{} is what a judge says, but judged_samples is 0", self.training.watch);
            problems.require(false, "training.watch", message);
        }
        if self.model.classes > 0 {
            let why = "a mixed image is of two classes, and a conditional model is given one: set model.classes = 0";
            self.mix.refuse(problems, why);
        }
        if let Err(error) = self.objective.check() {
            problems.require(false, "objective", error.to_string());
        }
        if let Err(error) = self.model.build::<f32>([1, 28, 28], 0) {
            problems.require(false, "model", error.to_string());
        }
        problems.table("training", &self.training);
        problems.table("discriminator", &self.discriminator);
        problems.table("generator", &self.generator);
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

#[cfg(test)]
mod tests {
    use super::*;
    use latent_train::config;

    #[test]
    fn images_of_a_conditional_model_are_not_mixed() {
        let read = |classes: usize| {
            let text = format!("mix = {{ op = 'mixup', alpha = 0.2 }}\n[model]\nclasses = {classes}\n");
            config::read::<Config>(&text, &[])
        };
        assert!(!read(0).unwrap().mix.is_none());
        let told = read(10).unwrap_err().to_string();
        assert!(told.contains("mix: a mixed image is of two classes") && told.contains("model.classes = 0"), "{told}");
    }
}
