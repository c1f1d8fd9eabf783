//! What a run depends on.

use latent_study::augmentation::Augmentation;
use latent_study::mixing::Mixed;
use latent_study::training::StudyConfig;
use latent_study::{DatasetChoice, DatasetName, data};
use latent_train::config::{Check, Optimizer, Problems, Training};
use serde::{Deserialize, Serialize};

/// The configuration of `few_labels`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Which images.
    pub dataset: DatasetName,
    /// How labelled images are changed, anew in each epoch.
    #[serde(skip_serializing_if = "Augmentation::is_empty")]
    pub augment: Augmentation,
    /// How they are mixed with each other, and their labels with them.
    #[serde(skip_serializing_if = "Mixed::is_none")]
    pub mix: Mixed,
    /// Labelled images, as many of each class.
    pub labels: usize,
    /// How many of the training images, from the last on, are held out, and classified while training in the place of
    /// the test images: early stopping and the best checkpoint go by them alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_images: Option<usize>,
    /// How many of the test images are classified; all if it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_images: Option<usize>,
    /// What the classes are told from.
    pub features: Features,
    /// Where the dictionary or the filters come from.
    pub atoms: Atoms,
    /// Whether the network that makes the features is trained along.
    pub fine_tune: bool,
    /// Atoms of a dictionary.
    pub dictionary_size: usize,
    /// Filters of a bank.
    pub filters: usize,
    /// Rows and columns of a filter.
    pub side: usize,
    /// Rows and columns of a window of which the largest absolute value of each map is a feature.
    pub pool: usize,
    /// The weight of the l1 term in `1/2 ||x - W z||^2 + lambda ||z||_1`, pixels in [0, 1].
    pub lambda: f64,
    /// Layers of a network, each an iteration of ISTA before it is trained.
    pub layers: usize,
    /// Batches of 512 training images that a dictionary is learned from.
    pub dictionary_batches: usize,
    /// Batches of 16 training images that filters are learned from.
    pub filter_batches: usize,
    /// How long, and what happens how often.
    pub training: Training,
    /// How the weights are changed.
    pub optimizer: Optimizer,
}

/// What the classes are told from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Features {
    /// The pixels.
    Pixels,
    /// Sparse codes.
    Codes,
    /// The output of a LISTA network.
    Network,
    /// The maps of a convolutional LISTA network, pooled.
    Convolutional,
}

/// Where a dictionary or filters come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Atoms {
    /// Learned from all training images, without labels.
    Learned,
    /// Independent normal entries.
    Random,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            dataset: DatasetName::AUTO,
            augment: Augmentation::default(),
            mix: Mixed::default(),
            labels: 100,
            validation_images: None,
            test_images: None,
            features: Features::Codes,
            atoms: Atoms::Learned,
            fine_tune: false,
            dictionary_size: 256,
            filters: 16,
            side: 7,
            pool: 6,
            lambda: 0.5,
            layers: 3,
            dictionary_batches: 100,
            filter_batches: 20,
            training: Training { steps: Some(400), batch_size: 100, ..Training::default() },
            optimizer: Optimizer::default(),
        }
    }
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        self.dataset.check(Self::DATASETS, problems);
        problems.at_least_one([
            ("labels", self.labels),
            ("validation_images", self.validation_images.unwrap_or(1)),
            ("test_images", self.test_images.unwrap_or(1)),
            ("dictionary_size", self.dictionary_size),
            ("filters", self.filters),
            ("pool", self.pool),
            ("layers", self.layers),
            ("dictionary_batches", self.dictionary_batches),
            ("filter_batches", self.filter_batches),
        ]);
        problems.require((2..=32).contains(&self.side), "side", format!("must be from 2 to 32, got {}", self.side));
        let single = self.lambda as f32;
        let fits = single.is_finite() && single > 0.0;
        problems.require(fits, "lambda", format!("must be a finite number above 0, got {}", self.lambda));
        let network = matches!(self.features, Features::Network | Features::Convolutional);
        let message = "only a network can be trained along: set features to \"network\" or \"convolutional\"";
        problems.require(network || !self.fine_tune, "fine_tune", message);
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

impl Config {
    /// The features in words.
    pub fn told(&self) -> String {
        let of = match self.atoms {
            Atoms::Learned => "learned",
            Atoms::Random => "random",
        };
        match self.features {
            Features::Pixels => "pixels".to_owned(),
            Features::Codes => format!("sparse codes with {} {of} atoms", self.dictionary_size),
            Features::Network => {
                format!("a network of {} layers that begins with {} {of} atoms", self.layers, self.dictionary_size)
            }
            Features::Convolutional => {
                format!(
                    "a convolutional network of {} layers that begins with {} {of} filters",
                    self.layers, self.filters
                )
            }
        }
    }
}
