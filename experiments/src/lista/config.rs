//! What a run depends on.

use crate::cli::Dataset;
use crate::networks::Network;
use crate::tasks::EncoderLoss;
use crate::training::StudyConfig;
use latent_sparse::dictionary::DictionaryParams;
use latent_sparse::lasso::{LassoParams, Stop};
use latent_sparse::lista::{ListaParams, StageWise, SupportSelection};
use latent_train::config::{Check, Problems, Training};
use serde::{Deserialize, Serialize};

/// The configuration of `lista_mnist`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Which images.
    pub dataset: Dataset,
    /// Atoms of the dictionary, which is learned first.
    pub atoms: usize,
    /// The weight of the l1 term in `1/2 ||x - W z||^2 + lambda ||z||_1`, pixels in [0, 1].
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

impl Default for Config {
    fn default() -> Self {
        Self {
            dataset: Dataset::Auto,
            atoms: 256,
            lambda: 0.1,
            dictionary_batches: 200,
            networks: vec![Network::Lista, Network::Cp, Network::Slista],
            layers: 8,
            selection: SupportSelection { percent: 1.2, max_percent: 13.0 },
            loss: EncoderLoss::Codes,
            learning_rate: 1e-3,
            refinements: vec![0.2],
            compared_images: 500,
            training: Training { epochs: Some(12), log_every: 10, ..Training::default() },
        }
    }
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        let counts = [
            ("atoms", self.atoms),
            ("dictionary_batches", self.dictionary_batches),
            ("layers", self.layers),
            ("compared_images", self.compared_images),
        ];
        for (key, count) in counts {
            problems.require(count >= 1, key, "must be at least 1, got 0");
        }
        let single = self.lambda as f32;
        let fits = single.is_finite() && single > 0.0;
        problems.require(fits, "lambda", format!("must be a finite number above 0, got {}", self.lambda));
        problems.require(!self.networks.is_empty(), "networks", "must name at least one network");
        for (at, network) in self.networks.iter().enumerate() {
            let first = !self.networks[..at].contains(network);
            problems.require(first, "networks", format!("names {network} twice"));
        }
        let rates = std::iter::once(("learning_rate", self.learning_rate));
        for (key, rate) in rates.chain(self.refinements.iter().map(|factor| ("refinements", *factor))) {
            let fits = rate.is_finite() && rate > 0.0;
            problems.require(fits, key, format!("must be finite and above 0, got {rate}"));
        }
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
        self.networks.iter().map(|network| network.params(self.layers, self.selection)).collect()
    }

    /// The schedule of each network, if all together make so many steps; `None` if that is fewer than there are stages.
    pub fn schedule(&self, steps: u64) -> Option<StageWise> {
        let stages = (self.networks.len() * self.layers * (1 + self.refinements.len())) as u64;
        let schedule = StageWise {
            learning_rate: self.learning_rate,
            refinements: self.refinements.clone(),
            steps: steps / stages,
        };
        (schedule.steps > 0).then_some(schedule)
    }
}
