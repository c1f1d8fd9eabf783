//! What is trained, and on what.

use crate::name::Name;
use crate::terms::Terms;
use latent_layers::{Context, Module};
use latent_numeric::random::Stream;
use std::error::Error;

/// Why a loss could not be computed.
pub type TaskError = Box<dyn Error + Send + Sync>;

/// A model and its losses, which the training loop lowers along their gradients.
///
/// A model has one player or several that take turns, as a generator and a discriminator do. Each has parameters of its
/// own, a loss, and an optimiser.
pub trait Task: Send + Sync {
    /// What a loss is computed on.
    type Batch: Send;

    /// The module with the parameters and states of all players, which is what checkpoints keep.
    fn model(&self) -> &dyn Module;

    /// The players by name, each with the module whose parameters it trains; always in the same order.
    fn players(&self) -> Vec<(Name, &dyn Module)>;

    /// Computes the loss of the player that has this number in [`players`](Self::players) on a batch, with its terms.
    ///
    /// # Errors
    /// If the batch does not fit the model.
    fn loss(&self, player: usize, batch: &Self::Batch, pass: &mut Pass) -> Result<Terms, TaskError>;

    /// Computes the terms that are reported of a batch of held-out or test samples.
    ///
    /// # Errors
    /// If the batch does not fit the model.
    fn evaluate(&self, batch: &Self::Batch, pass: &mut Pass) -> Result<Terms, TaskError>;

    /// Changes the model after each step of a player, where something has to be, such as clipping of weights.
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
    /// The number of steps made before; 0 in an evaluation.
    pub step: u64,
    /// The mode of the layers (training or evaluation), and the stream that dropout draws from.
    pub context: Context,
    /// The stream that the model draws from: latent samples, interpolations, noise.
    pub noise: Stream,
}

impl Pass {
    /// The pass of one batch, of this number within its step, in training.
    pub fn train(seed: u64, step: u64, part: u64) -> Self {
        let stream = |purpose| Stream::new(seed, purpose, &[step, part]);
        Self { step, context: Context::train(stream("layers")), noise: stream("noise") }
    }

    /// The pass of one batch, of this number, in an evaluation: always with the same draws, so that evaluations can be
    /// compared.
    pub fn evaluate(seed: u64, batch: u64) -> Self {
        Self { step: 0, context: Context::evaluate(), noise: Stream::new(seed, "evaluation noise", &[batch]) }
    }
}

/// A source of batches: which samples a batch has is determined by the epoch and its place in it.
pub trait Source: Send + Sync {
    /// What a batch is.
    type Batch: Send;

    /// The number of batches of an epoch, at least one.
    fn batches(&self) -> usize;

    /// The batch at this place of this epoch, both counted from zero.
    fn batch(&self, epoch: u64, index: usize) -> Self::Batch;

    /// A text that identifies the data, by names and checksums: a run goes on with the same data only.
    fn fingerprint(&self) -> String;
}
