//! Flags and the configuration they resolve to.

use crate::failure::Failure;
use crate::networks::Network;
use clap::Parser;
use latent_sparse::lista::{StageWise, SupportSelection};
use serde::{Serialize, Serializer};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Trains networks of the LISTA family to recover planted codes, and compares them with ISTA and FISTA layer by layer
#[derive(Parser, Clone, Debug)]
#[command(
    name = "lista_synthetic",
    version,
    after_help = "Examples:
  cargo run --release -p experiments --bin lista_synthetic
  cargo run --release -p experiments --bin lista_synthetic -- --noise noiseless,40,30,20 --steps 2000
  cargo run --release -p experiments --bin lista_synthetic -- --features 256 --atoms 512 --networks alista,cpss"
)]
pub struct Flags {
    /// Numbers in a sample
    #[arg(long, default_value_t = 250)]
    pub features: usize,

    /// Columns of the dictionary
    #[arg(long, default_value_t = 500)]
    pub atoms: usize,

    /// Layers of the networks, and iterations of ISTA and FISTA
    #[arg(long, default_value_t = 16)]
    pub layers: usize,

    /// Which networks
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Network::Lista, Network::Cp, Network::Cpss, Network::Alista])]
    pub networks: Vec<Network>,

    /// Signal-to-noise ratios in dB, or noiseless
    #[arg(long, value_delimiter = ',', default_value = "noiseless")]
    pub noise: Vec<Noise>,

    /// Steps of each stage of training; a layer has three
    #[arg(long, default_value_t = 200)]
    pub steps: u64,

    /// Adam's learning rate in the first stage of a layer; the others have 0.2 and 0.02 of it
    #[arg(long, default_value_t = 5e-4)]
    pub learning_rate: f64,

    /// Samples of the test set
    #[arg(long, default_value_t = 1000)]
    pub test_samples: usize,

    /// Seed of every random draw; the same seed and flags give the same bits
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
    pub seed: u64,

    /// Worker threads, 0 for one per core; results do not depend on it
    #[arg(long, default_value_t = 0)]
    pub threads: usize,

    /// Folder for the results [default: one under runs/ named after study, configuration and seed]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

/// How much noise samples have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// None.
    Noiseless,
    /// So that each sample has this signal-to-noise ratio in dB.
    Snr(f64),
}

impl FromStr for Noise {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            _ if text == "noiseless" => Ok(Self::Noiseless),
            Ok(decibels) if f64::is_finite(decibels) => Ok(Self::Snr(decibels)),
            _ => Err("expected noiseless or a ratio in dB, such as 20".into()),
        }
    }
}

impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Noiseless => f.write_str("noiseless"),
            Self::Snr(decibels) => write!(f, "SNR {decibels} dB"),
        }
    }
}

impl Serialize for Noise {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Everything that the results depend on, beside the seed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Config {
    /// Numbers in a sample.
    pub features: usize,
    /// Columns of the dictionary.
    pub atoms: usize,
    /// The probability that a code element is not zero.
    pub density: f64,
    /// Layers and iterations.
    pub layers: usize,
    /// What is trained.
    pub networks: Vec<Network>,
    /// On which data.
    pub noise: Vec<Noise>,
    /// Samples of a step of training.
    pub batch_size: usize,
    /// Samples of the test set.
    pub test_samples: usize,
    /// The lambda of the thresholds before training.
    pub first_lambda: f64,
    /// What ISTA and FISTA choose from.
    pub lambdas: Vec<f64>,
    /// The schedule of training.
    pub schedule: StageWise,
    /// Of the networks that have it.
    pub selection: SupportSelection,
}

impl Config {
    /// What the flags mean.
    ///
    /// # Errors
    /// If a number is out of its domain.
    pub fn new(flags: &Flags) -> Result<Self, Failure> {
        let counts = [
            ("features", flags.features as u64),
            ("atoms", flags.atoms as u64),
            ("layers", flags.layers as u64),
            ("steps", flags.steps),
            ("test-samples", flags.test_samples as u64),
        ];
        if let Some((name, _)) = counts.into_iter().find(|(_, count)| *count == 0) {
            return Err(Failure::new(format!("--{name} is 0, expected at least 1")));
        }
        let rate = flags.learning_rate;
        if !(rate.is_finite() && rate > 0.0) {
            return Err(Failure::new(format!("--learning-rate is {rate}, expected a finite number above 0")));
        }
        Ok(Self {
            features: flags.features,
            atoms: flags.atoms,
            density: 0.1,
            layers: flags.layers,
            networks: flags.networks.clone(),
            noise: flags.noise.clone(),
            batch_size: 64,
            test_samples: flags.test_samples,
            first_lambda: 0.4,
            lambdas: vec![0.4, 0.2, 0.1, 0.05, 0.025, 0.0125],
            schedule: StageWise { learning_rate: rate, steps: flags.steps, ..StageWise::default() },
            selection: SupportSelection { percent: 1.2, max_percent: 13.0 },
        })
    }
}
