//! What a run depends on.

use super::Noise;
use latent_datasets::synthetic::planted::{Coefficients, Planting, Support};
use latent_sparse::lista::{ListaParams, SupportSelection};
use latent_study::sparse::networks::{self, Network, Schedule};
use latent_study::training::StudyConfig;
use latent_train::config::{Check, Problems, Training};
use serde::{Deserialize, Serialize};

/// The configuration of `lista_synthetic`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Numbers in a sample.
    pub features: usize,
    /// Columns of the dictionary.
    pub atoms: usize,
    /// The probability that a code element is not zero.
    pub density: f64,
    /// The noise of samples, `"noiseless"` or the signal-to-noise ratio in dB.
    pub noise: Noise,
    /// Samples that are evaluated while training, and by which ISTA and FISTA choose their lambda; early stopping and
    /// the best checkpoint go by them.
    pub validation_samples: usize,
    /// Samples that networks and solvers are judged by.
    pub test_samples: usize,
    /// What is trained.
    pub networks: Vec<Network>,
    /// Layers of each, and iterations of ISTA and FISTA.
    pub layers: usize,
    /// How much support selection the networks have that have it.
    pub selection: SupportSelection,
    /// The lambda of the thresholds before training.
    pub first_lambda: f64,
    /// What ISTA and FISTA choose their lambda from, each the one that serves it best after the last iteration, on the
    /// validation samples.
    pub lambdas: Vec<f64>,
    /// Adam's learning rate in the first stage of each layer.
    pub learning_rate: f64,
    /// Of the later stages of each layer, as factors of the first.
    pub refinements: Vec<f64>,
    /// How long all networks together, and what happens how often; an epoch is 1,000 batches, none of which comes again. The
    /// steps of a network are shared equally by its stages.
    pub training: Training,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            features: 250,
            atoms: 500,
            density: 0.1,
            noise: Noise::Noiseless,
            validation_samples: 1000,
            test_samples: 1000,
            networks: vec![Network::Lista, Network::Cp, Network::Cpss, Network::Alista],
            layers: 16,
            selection: SupportSelection { percent: 1.2, max_percent: 13.0 },
            first_lambda: 0.4,
            lambdas: vec![0.4, 0.2, 0.1, 0.05, 0.025, 0.0125],
            learning_rate: 5e-4,
            refinements: vec![0.2, 0.02],
            // A hundred for each stage of each network.
            training: Training {
                steps: Some(19_200),
                epochs: None,
                batch_size: 64,
                log_every: 10,
                ..Training::default()
            },
        }
    }
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        problems.at_least_one([
            ("features", self.features),
            ("atoms", self.atoms),
            ("layers", self.layers),
            ("validation_samples", self.validation_samples),
            ("test_samples", self.test_samples),
        ]);
        let density = self.density;
        problems.require(
            density > 0.0 && density <= 1.0,
            "density",
            format!("must be above 0 and at most 1, got {density}"),
        );
        problems.require(!self.lambdas.is_empty(), "lambdas", "must have at least one number");
        let lambdas = self.lambdas.iter().map(|lambda| ("lambdas", *lambda));
        for (key, lambda) in std::iter::once(("first_lambda", self.first_lambda)).chain(lambdas) {
            let single = lambda as f32;
            let fits = single.is_finite() && single > 0.0;
            problems.require(fits, key, format!("must be finite and above 0, got {lambda}"));
        }
        networks::check(&self.networks, problems);
        self.schedule().check(problems);
        problems.table("training", &self.training);
    }
}

impl StudyConfig for Config {
    const RETIRED_KEYS: &'static [&'static str] = &["dataset"];

    fn training(&self) -> &Training {
        &self.training
    }

    fn held_out(&self) -> Option<(&'static str, usize)> {
        Some(("validation_samples", self.validation_samples))
    }
}

impl Config {
    /// How the dictionary and the test samples are drawn.
    pub fn planting(&self) -> Planting {
        Planting {
            features: self.features,
            atoms: self.atoms,
            samples: self.test_samples,
            support: Support::Bernoulli(self.density),
            coefficients: Coefficients::Normal,
            noise: self.noise.into(),
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
