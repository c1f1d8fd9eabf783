//! What a run depends on.

use crate::augmentation::Augmentation;
use crate::mixing::Mixed;
use crate::sparse::networks::{self, Network, Schedule};
use crate::training::StudyConfig;
use crate::{DatasetChoice, DatasetName};
use latent_sparse::dictionary::DictionaryParams;
use latent_sparse::lasso::{LassoParams, Stop};
use latent_sparse::lista::{ListaParams, SupportSelection};
use latent_sparse::train::EncoderLoss;
use latent_train::config::{Check, Problems, Training};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;

/// A kind of samples, as far as configurations differ by it.
pub trait Configured: Clone + Debug + Sized + Send + 'static {
    /// The data sets to choose from, as [`StudyConfig::DATASETS`].
    const DATASETS: &'static [DatasetChoice];
    /// The table `patches` of its configuration; `()` where there is none.
    type Settings: Clone + Debug + Default + PartialEq + Send + Serialize + DeserializeOwned;

    /// Its default configuration.
    fn defaults() -> Config<Self>;

    /// Notes mistakes in the table `patches` and in the name of the data set.
    fn check(_config: &Config<Self>, _problems: &mut Problems) {}

    /// The key that holds samples out of training, and how many.
    fn held_out(config: &Config<Self>) -> (&'static str, usize);
}

/// The configuration of `lista_mnist` and `lista_patches`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, bound = "")]
pub struct Config<D: Configured> {
    /// Which images.
    pub dataset: DatasetName,
    /// How training images are changed, digits anew in each epoch, photographs once.
    #[serde(skip_serializing_if = "Augmentation::is_empty")]
    pub augment: Augmentation,
    /// How they are mixed with each other, digits alone.
    #[serde(skip_serializing_if = "Mixed::is_none")]
    pub mix: Mixed,
    /// Of `lista_mnist`: how many of the training images, from the last on, are held out, and evaluated while training
    /// in the place of test images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_images: Option<usize>,
    /// Of `lista_patches`: how patches are cut.
    #[serde(skip_serializing_if = "has_no_keys")]
    pub patches: D::Settings,
    /// Atoms of the dictionary, which is learned first.
    pub atoms: usize,
    /// The weight of the l1 term in `1/2 ||x - W z||^2 + lambda ||z||_1`; pixels of digits in [0, 1], of patches with
    /// variance 1.
    pub lambda: f64,
    /// Batches of 512 training images that the dictionary is learned from.
    pub dictionary_batches: usize,
    /// What is trained to encode with it.
    pub networks: Vec<Network>,
    /// Layers of each.
    pub layers: usize,
    /// How much support selection the networks have that have it.
    pub selection: SupportSelection,
    /// What they are trained to lower.
    pub loss: EncoderLoss,
    /// Adam's learning rate in the first stage of each layer.
    pub learning_rate: f64,
    /// Of the later stages of each layer, as factors of the first.
    pub refinements: Vec<f64>,
    /// Test images on which networks and solvers are compared.
    pub compared_images: usize,
    /// How long all networks together, and what happens how often. The steps of a network are shared equally by its
    /// stages.
    pub training: Training,
}

/// Training images of a batch of the dictionary.
pub const DICTIONARY_BATCH: usize = 512;

/// Whether a table would be empty: that of the type that has no values but one.
fn has_no_keys<T>(_: &T) -> bool {
    size_of::<T>() == 0
}

impl<D: Configured> Default for Config<D> {
    fn default() -> Self {
        D::defaults()
    }
}

impl<D: Configured> Check for Config<D> {
    fn check(&self, problems: &mut Problems) {
        self.dataset.check(Self::DATASETS, problems);
        problems.at_least_one([
            ("atoms", self.atoms),
            ("dictionary_batches", self.dictionary_batches),
            ("layers", self.layers),
            ("compared_images", self.compared_images),
            ("validation_images", self.validation_images.unwrap_or(1)),
        ]);
        let single = self.lambda as f32;
        let fits = single.is_finite() && single > 0.0;
        problems.require(fits, "lambda", format!("must be a finite number above 0, got {}", self.lambda));
        networks::check(&self.networks, problems);
        self.schedule().check(problems);
        D::check(self, problems);
        problems.table("training", &self.training);
    }
}

impl<D: Configured> StudyConfig for Config<D> {
    fn training(&self) -> &Training {
        &self.training
    }

    const DATASETS: &'static [DatasetChoice] = D::DATASETS;

    fn dataset(&mut self) -> Option<&mut DatasetName> {
        Some(&mut self.dataset)
    }

    fn held_out(&self) -> Option<(&'static str, usize)> {
        Some(D::held_out(self))
    }
}

impl<D: Configured> Config<D> {
    /// How the dictionary is learned.
    pub fn dictionary(&self, seed: u64) -> DictionaryParams<f32> {
        DictionaryParams {
            batch_size: DICTIONARY_BATCH,
            stop: Stop::gap(1e-2),
            seed,
            ..DictionaryParams::new(self.atoms, LassoParams::new(self.lambda as f32))
        }
    }

    /// The networks.
    pub fn network_params(&self) -> Vec<ListaParams> {
        networks::params(&self.networks, self.layers, self.selection)
    }

    /// How they share the steps of training.
    pub fn schedule(&self) -> Schedule<'_> {
        Schedule {
            networks: self.networks.len(),
            layers: self.layers,
            learning_rate: self.learning_rate,
            refinements: &self.refinements,
        }
    }
}
