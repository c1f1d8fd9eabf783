//! What the loop drives.

use crate::checkpoint::PlayerState;
use crate::every::Pace;
use crate::observer::Step;
use crate::stop::Trouble;
use crate::task::{Pass, Source, TaskError};
use crate::terms::Terms;
use latent_layers::Module;
use latent_optim::{OptimError, Swapped};

/// What the loop drives: a model that learns from batches, step by step, in whatever way.
///
/// Every [`Task`](crate::Task), whose losses are differentiated, is one, with optimisers as its trainer. What learns
/// otherwise, as a dictionary does from its codes, says itself how a step is made and what of its trainer is kept in a
/// checkpoint; order, evaluation, checkpoints, early stopping, observers and the way of a run are the loop's for all.
pub trait Trainable: Send + Sync {
    /// What a step is made on.
    type Batch;
    /// What makes the steps, and changes with them beside the model: the optimisers of a [`Task`](crate::Task), or the
    /// sufficient statistics of a learner.
    type Trainer;

    /// All that is learned.
    fn model(&self) -> &dyn Module;

    /// Names of those that take turns.
    fn players(&self) -> Vec<&'static str>;

    /// Whether the trainer is one of this model.
    ///
    /// # Errors
    /// If it is not.
    fn check(&self, _trainer: &Self::Trainer) -> Result<(), TaskError> {
        Ok(())
    }

    /// Makes a step of a player, of this number in [`players`](Self::players). The inner error is a number that is not
    /// finite; the model has not changed then.
    ///
    /// # Errors
    /// If the batches do not fit the model.
    fn step<'t>(
        &'t self,
        trainer: &mut Self::Trainer,
        player: usize,
        batches: &Batches<'_, Self::Batch>,
    ) -> Result<Result<Step<'t>, Trouble>, TaskError>;

    /// What is reported of a batch that is not trained on.
    ///
    /// # Errors
    /// If the batch does not fit the model.
    fn evaluate(&self, batch: &Self::Batch, pass: &mut Pass) -> Result<Terms, TaskError>;

    /// Puts averages of weights in the place of those that have one, as long as the answer lives.
    ///
    /// # Errors
    /// If the averages are of another model.
    fn swap_in_averages(&self, _trainer: &Self::Trainer) -> Result<Vec<Swapped<'_, f32>>, OptimError> {
        Ok(Vec::new())
    }

    /// What is kept of the trainer in a checkpoint, for each player.
    fn save(&self, trainer: &Self::Trainer) -> Vec<PlayerState>;

    /// Takes up what was saved. The [`model`](Self::model) has its saved values already.
    ///
    /// # Errors
    /// What does not fit.
    fn load(&self, trainer: &mut Self::Trainer, states: &[PlayerState]) -> Result<(), String>;

    /// The norm of the largest last gradient, if there are any.
    fn last_gradient_norm(&self, _trainer: &Self::Trainer) -> Option<f64> {
        None
    }
}

/// The batches that a step is made from, and its place in training.
pub struct Batches<'s, B> {
    pub(crate) source: &'s dyn Source<Batch = B>,
    pub(crate) pace: Pace,
    pub(crate) step: u64,
    pub(crate) seed: u64,
}

impl<B> Batches<'_, B> {
    /// How many batches the step is made from, at least one.
    pub fn parts(&self) -> u64 {
        self.pace.step
    }

    /// One of them.
    pub fn get(&self, part: u64) -> B {
        let (epoch, index) = self.pace.place(self.step, part);
        self.source.batch(epoch, index)
    }

    /// The mode and the random draws of a pass with one of them.
    pub fn pass(&self, part: u64) -> Pass {
        Pass::train(self.seed, self.step, part)
    }

    /// A number of this step that is not finite.
    pub fn trouble(&self, player: &'static str, what: impl Into<String>, value: f64) -> Trouble {
        let (step, place) = (self.step, self.pace.place(self.step, 0));
        Trouble { step, place, player, what: what.into(), value, origin: None, last_gradient_norm: None }
    }
}
