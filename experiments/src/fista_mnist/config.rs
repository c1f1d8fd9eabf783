//! Flags and the configuration they resolve to.

use crate::cli::{Common, Dataset};
use crate::failure::Failure;
use crate::solvers::SolverName;
use clap::Parser;
use latent_sparse::dictionary::DictionaryParams;
use latent_sparse::lasso::{LassoParams, Stop};
use serde::Serialize;

/// Learns a dictionary of strokes from images of digits, codes the test images with it, and compares the solvers
#[derive(Parser, Clone, Debug)]
#[command(
    name = "fista_mnist",
    version,
    after_help = "Examples:
  cargo run -p experiments --bin fista_mnist
  cargo run -p experiments --bin fista_mnist -- --lambda 0.5 --epochs 5
  cargo run -p experiments --bin fista_mnist -- --dataset synthetic --atoms 64 --seed 1 --output strokes
  cargo run -p experiments --bin fista_mnist -- --solver admm --threads 1"
)]
pub struct Flags {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: Common,

    /// How many atoms to learn
    #[arg(long, default_value_t = 256)]
    pub atoms: usize,

    /// Weight of the l1 term in 1/2 ||x - W z||^2 + lambda ||z||_1, pixels in [0, 1]
    #[arg(long, default_value_t = 0.1, allow_negative_numbers = true)]
    pub lambda: f64,

    /// Passes over the training images
    #[arg(long, default_value_t = 5)]
    pub epochs: usize,

    /// What codes the images
    #[arg(long, value_enum, default_value_t = SolverName::Fista)]
    pub solver: SolverName,
}

/// Everything that the results depend on, beside the seed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Config {
    /// The data set that was found.
    pub dataset: Dataset,
    /// How many atoms are learned.
    pub atoms: usize,
    /// The weight of the l1 term.
    pub lambda: f64,
    /// Passes over the training images.
    pub epochs: usize,
    /// What codes the images.
    pub solver: SolverName,
    /// Images that are coded between two updates of the atoms.
    pub batch_size: usize,
    /// The relative duality gap of codes while learning.
    pub learning_gap: f64,
    /// The relative duality gap of the test images' codes.
    pub test_gap: f64,
    /// Test images on which solvers are compared.
    pub compared_images: usize,
}

impl Config {
    /// What the flags mean for this data set.
    ///
    /// # Errors
    /// If a number is out of its domain.
    pub fn new(flags: &Flags, dataset: Dataset) -> Result<Self, Failure> {
        if flags.atoms == 0 {
            return Err(Failure::new("--atoms is 0, expected at least 1"));
        }
        if flags.epochs == 0 {
            return Err(Failure::new("--epochs is 0, expected at least 1"));
        }
        if !(flags.lambda.is_finite() && flags.lambda > 0.0) {
            return Err(Failure::new(format!("--lambda is {}, expected a finite number above 0", flags.lambda))
                .help("on MNIST 0.1 gives about 80 strokes an image, 0.5 about 20"));
        }
        let single = flags.lambda as f32;
        if !(single.is_finite() && single > 0.0) {
            let message = format!("--lambda is {:e}, which has no place in single precision", flags.lambda);
            return Err(Failure::new(message).help("on MNIST 0.1 gives about 80 strokes an image, 0.5 about 20"));
        }
        Ok(Self {
            dataset,
            atoms: flags.atoms,
            lambda: flags.lambda,
            epochs: flags.epochs,
            solver: flags.solver,
            batch_size: 512,
            learning_gap: 1e-2,
            test_gap: 1e-4,
            compared_images: 200,
        })
    }

    /// The penalty on the codes.
    pub fn penalty(&self) -> LassoParams<f32> {
        LassoParams::new(self.lambda as f32)
    }

    /// How the dictionary is learned.
    pub fn learner(&self, seed: u64) -> DictionaryParams<f32> {
        let online = DictionaryParams::new(self.atoms, self.penalty());
        DictionaryParams {
            epochs: self.epochs,
            batch_size: self.batch_size,
            stop: Stop::gap(self.learning_gap),
            seed,
            ..online
        }
    }
}
