//! What is trained, and on what.

use crate::Terms;
use latent_layers::{Context, Module};
use latent_numeric::random::Stream;
use std::error::Error;

/// Why a loss could not be computed.
pub type TaskError = Box<dyn Error + Send + Sync>;

/// A model and its losses.
///
/// A model has one player or several that take turns, as a generator and a discriminator do. Each has parameters of its
/// own, a loss, and an optimiser.
pub trait Task: Send + Sync {
    /// What a loss is computed on.
    type Batch: Send;

    /// All that is saved: the parameters and state of all players.
    fn model(&self) -> &dyn Module;

    /// What is trained, by name, always in the same order.
    fn players(&self) -> Vec<(&'static str, &dyn Module)>;

    /// The loss of a player, of this number in [`players`](Self::players), on a batch.
    ///
    /// # Errors
    /// If the batch does not fit the model.
    fn loss(&self, player: usize, batch: &Self::Batch, pass: &mut Pass) -> Result<Terms, TaskError>;

    /// What is reported of a batch that is not trained on.
    ///
    /// # Errors
    /// If the batch does not fit the model.
    fn evaluate(&self, batch: &Self::Batch, pass: &mut Pass) -> Result<Terms, TaskError>;

    /// What is to be done after a step of a player, such as clipping its weights.
    ///
    /// # Errors
    /// If it cannot be done.
    fn after_step(&self, _player: usize) -> Result<(), TaskError> {
        Ok(())
    }
}

/// One pass through a model: its mode and its random draws.
///
/// Both streams are functions of the seed and of how many steps were made before, so that a step draws the same
/// numbers whenever it is made.
#[derive(Debug)]
pub struct Pass {
    /// How many steps were made before; none counts in an evaluation.
    pub step: u64,
    /// For layers: training or evaluation, and what dropout draws from.
    pub context: Context,
    /// For the model itself: latent samples, interpolations, noise.
    pub noise: Stream,
}

impl Pass {
    /// For one of the batches of a step of training.
    pub fn train(seed: u64, step: u64, part: u64) -> Self {
        let stream = |purpose| Stream::new(seed, purpose, &[step, part]);
        Self { step, context: Context::train(stream("layers")), noise: stream("noise") }
    }

    /// For one batch of an evaluation: always the same draws, so that evaluations can be compared.
    pub fn evaluate(seed: u64, batch: u64) -> Self {
        Self { step: 0, context: Context::evaluate(), noise: Stream::new(seed, "evaluation noise", &[batch]) }
    }
}

/// Batches in an order that the number of the epoch determines.
pub trait Source: Send + Sync {
    /// What a batch is.
    type Batch: Send;

    /// The number of batches of an epoch, at least one.
    fn batches(&self) -> usize;

    /// A batch of an epoch, by its place.
    fn batch(&self, epoch: u64, index: usize) -> Self::Batch;

    /// What tells these data from others: names and checksums.
    fn fingerprint(&self) -> String;
}
