//! What the loop drives.

use crate::checkpoint::PlayerState;
use crate::every::Pace;
use crate::name::Name;
use crate::non_finite::NonFiniteValue;
use crate::observer::Step;
use crate::step_error::StepError;
use crate::task::{Pass, Source, TaskError};
use crate::terms::Terms;
use latent_layers::Module;
use latent_numeric::ranks::Ranks;
use latent_optim::{OptimError, Swapped};
use std::sync::Arc;

/// A model that the training loop can drive: it learns from batches, step by step, in whatever way.
///
/// Every [`Task`](crate::Task), whose losses are differentiated, is one, with optimisers as its trainer. What learns
/// otherwise, as a dictionary does from its codes, says itself how a step is made and what of its trainer is kept in a
/// checkpoint; order, evaluation, checkpoints, early stopping, observers and the way of a run are the loop's for all.
///
/// ```
/// use latent_layers::{Module, State, Visitor};
/// use latent_optim::SavedState;
/// use latent_train::checkpoint::PlayerState;
/// use latent_train::{Batches, Executor, Limit, Pass, Name, Settings, Source, Step, StepError, TaskError, Terms, Trainable};
/// use ndarray::arr0;
///
/// /// The mean of all numbers so far.
/// struct Mean(State);
///
/// impl Module for Mean {
///     fn kind(&self) -> &'static str {
///         "mean"
///     }
///
///     fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
///         visitor.state("mean", &self.0);
///     }
/// }
///
/// impl Trainable for Mean {
///     type Batch = f32;
///     /// How many they were.
///     type Trainer = u64;
///
///     fn model(&self) -> &dyn Module {
///         self
///     }
///
///     fn players(&self) -> Vec<Name> {
///         vec!["mean".into()]
///     }
///
///     fn step<'t>(
///         &'t self,
///         seen: &mut u64,
///         _: usize,
///         batches: &Batches<'_, f32>,
///     ) -> Result<Step<'t>, StepError> {
///         let (x, mean) = (batches.get(0), self.0.tensor().item());
///         if !x.is_finite() {
///             return Err(batches.non_finite(0, "mean", "a number", x.into()).into());
///         }
///         *seen += 1;
///         self.0.set(arr0(mean + (x - mean) / *seen as f32))?;
///         Ok(Step::new("mean", [("objective", f64::from(x - mean).powi(2))], 1))
///     }
///
///     fn evaluate(&self, x: &f32, _: &mut Pass) -> Result<Terms, TaskError> {
///         Ok(Terms::computed(f64::from(x - self.0.tensor().item()).powi(2), 1))
///     }
///
///     fn save(&self, seen: &u64) -> Vec<PlayerState> {
///         let optimizer = SavedState { of: "mean".into(), steps: *seen, ..SavedState::default() };
///         vec![PlayerState { optimizer, average: None, last_norm: None }]
///     }
///
///     fn load(&self, seen: &mut u64, states: &[PlayerState]) -> Result<(), String> {
///         *seen = states.first().ok_or("no state")?.optimizer.steps;
///         Ok(())
///     }
/// }
///
/// struct Numbers;
///
/// impl Source for Numbers {
///     type Batch = f32;
///
///     fn batches(&self) -> usize {
///         4
///     }
///
///     fn batch(&self, _: u64, index: usize) -> f32 {
///         index as f32
///     }
///
///     fn fingerprint(&self) -> String {
///         "0 to 3".into()
///     }
/// }
///
/// let [first, second] = [0.0, 0.0].map(|zero| Mean(State::new(arr0(zero))));
/// let mut executor = Executor::new(&first, &Numbers, 0, Settings::new(Limit::Steps(2), 0))?;
/// executor.run()?;
/// assert_eq!(first.0.tensor().item(), 0.5);
/// let mut goes_on = Executor::new(&second, &Numbers, 0, Settings::new(Limit::Epochs(1), 0))?;
/// goes_on.resume(&executor.checkpoint())?;
/// goes_on.run()?;
/// assert_eq!(second.0.tensor().item(), 1.5);
/// # Ok::<(), TaskError>(())
/// ```
pub trait Trainable: Send + Sync {
    /// What a step is made on.
    type Batch: Send;
    /// What makes the steps, and changes with them beside the model: the optimisers of a [`Task`](crate::Task), or the
    /// sufficient statistics of a learner.
    type Trainer;

    /// The module with all parameters and states.
    fn model(&self) -> &dyn Module;

    /// The names of the players, which take turns in making steps.
    fn players(&self) -> Vec<Name>;

    /// Checks that the trainer (optimisers, statistics) belongs to this model.
    ///
    /// # Errors
    /// If it belongs to another one.
    fn check(&self, _trainer: &Self::Trainer) -> Result<(), TaskError> {
        Ok(())
    }

    /// How each player is trained, a line each, for `--dry-run` and the manifest of a run; none unless overridden.
    fn describe(&self, _trainer: &Self::Trainer) -> Vec<String> {
        Vec::new()
    }

    /// How many batches a step must be made from for so many processes to share its work: one, unless the batches are
    /// what they share.
    fn least_parts(&self, _processes: usize) -> u64 {
        1
    }

    /// Makes a step of the player that has this number in [`players`](Self::players).
    ///
    /// # Errors
    /// [`StepError::NotFinite`] if a loss, a gradient or a weight is not finite, as
    /// [`Batches::non_finite`] says it: the model, parameters and state, has not changed then, the trainer may have.
    /// [`StepError::Failed`] if the batches do not fit the model.
    fn step<'t>(
        &'t self,
        trainer: &mut Self::Trainer,
        player: usize,
        batches: &Batches<'_, Self::Batch>,
    ) -> Result<Step<'t>, StepError>;

    /// Computes the terms that are reported of a batch of held-out or test samples.
    ///
    /// # Errors
    /// If the batch does not fit the model.
    fn evaluate(&self, batch: &Self::Batch, pass: &mut Pass) -> Result<Terms, TaskError>;

    /// Replaces the weights by their averages, where there are any, as long as the answer lives: evaluations are of
    /// these.
    ///
    /// # Errors
    /// If the averages are of another model.
    fn swap_in_averages(&self, _trainer: &Self::Trainer) -> Result<Vec<Swapped<'_, f32>>, OptimError> {
        Ok(Vec::new())
    }

    /// The state of the trainer for a checkpoint, player by player.
    fn save(&self, trainer: &Self::Trainer) -> Vec<PlayerState>;

    /// Restores the trainer from the state in a checkpoint. The [`model`](Self::model) has its saved values already.
    ///
    /// # Errors
    /// What does not fit.
    fn load(&self, trainer: &mut Self::Trainer, states: &[PlayerState]) -> Result<(), String>;

    /// The largest norm among the players' last gradients, if the trainer keeps any.
    fn last_gradient_norm(&self, _trainer: &Self::Trainer) -> Option<f64> {
        None
    }

    /// Keeps the norm of a player's gradient in the step just made, for
    /// [`last_gradient_norm`](Self::last_gradient_norm).
    fn note_gradient_norm(&self, _trainer: &mut Self::Trainer, _player: usize, _norm: f64) {}
}

/// The batches that a step is made from, with its random draws and the processes that make it.
pub struct Batches<'s, B> {
    pub(crate) source: &'s dyn Source<Batch = B>,
    pub(crate) pace: Pace,
    pub(crate) step: u64,
    pub(crate) seed: u64,
    pub(crate) ranks: &'s Arc<dyn Ranks>,
}

impl<B: Send> Batches<'_, B> {
    /// The processes that train together, all of which make this step. How they share its work is up to the step: those
    /// of a [`Task`](crate::Task) compute the losses of some of the batches each.
    pub fn ranks(&self) -> &Arc<dyn Ranks> {
        self.ranks
    }

    /// How many batches the step is made from, at least one.
    pub fn parts(&self) -> u64 {
        self.pace.step
    }

    /// The batch of this number within the step, counted from zero.
    pub fn get(&self, part: u64) -> B {
        let (epoch, index) = self.pace.place(self.step, part);
        self.source.batch(epoch, index)
    }

    /// The pass of a model with the batch of this number: its mode and its random draws.
    pub fn pass(&self, part: u64) -> Pass {
        Pass::train(self.seed, self.step, part)
    }

    /// Describes a value of this step that is not finite and was computed from the batch of this number: the player and
    /// the name of the value, such as a term of its loss.
    pub fn non_finite(&self, part: u64, player: impl Into<Name>, what: impl Into<Name>, value: f64) -> NonFiniteValue {
        NonFiniteValue {
            step: self.step,
            place: self.pace.place(self.step, part),
            player: player.into(),
            what: what.into(),
            value,
            origin: None,
            last_gradient_norm: None,
        }
    }
}
