//! What is told while training goes on, and to whom.

use crate::StopReason;
use crate::name::Name;
use crate::task::TaskError;
use latent_tensor::Tensor;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cell::Cell;
use std::fmt;
use std::ops::ControlFlow;

/// Something that happened in training, of which [observers](Observer) are told.
#[derive(Debug)]
pub enum Event<'a> {
    /// The work [before the first step](crate::Executor::prepare) is done.
    Prepared,
    /// The first step of this call of [`run`](crate::Executor::run) is about to be made.
    Begin,
    /// A player made a step.
    Step(&'a Step<'a>),
    /// Held-out or test samples were evaluated.
    Validation(&'a Validation),
    /// Training ended, for this reason.
    End(&'a StopReason),
}

/// How far training has come: steps and whole epochs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Steps made so far, of all players together.
    pub step: u64,
    /// Steps at which training is finished.
    pub steps: u64,
    /// Passes over the training data that are complete.
    pub epoch: u64,
}

/// A step that a player made: its loss by term, and how it was made.
#[derive(Debug)]
pub struct Step<'a> {
    /// The player whose parameters the step changed.
    pub player: Name,
    /// What is minimised and its terms, before the step, as means over the samples of all batches of the step.
    pub values: Vec<(Name, f64)>,
    /// How many samples the step was made from, and `values` are means over.
    pub samples: usize,
    /// The learning rate of the step; none if it was made without gradients.
    pub learning_rate: Option<f64>,
    pub(crate) gradients: Gradients<'a>,
}

/// The gradients of a step; none if it was made without.
#[derive(Debug, Default)]
pub(crate) struct Gradients<'a> {
    pub parameters: Vec<(String, &'a latent_layers::Parameter)>,
    pub values: Vec<Tensor>,
    pub norm: Cell<Option<f64>>,
}

impl Step<'_> {
    /// A step of a player that was made without gradients, with its loss by term (`objective` first) as means over so
    /// many samples.
    ///
    /// ```
    /// use latent_train::Step;
    ///
    /// let step = Step::new("dictionary", [("objective", 1.25), ("nonzeros", 10.5)], 128);
    /// assert_eq!((step.values[1].1, step.gradient_norm()), (10.5, None));
    /// ```
    pub fn new<N: Into<Name>>(
        player: impl Into<Name>,
        values: impl IntoIterator<Item = (N, f64)>,
        samples: usize,
    ) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Self { player: player.into(), values, samples, learning_rate: None, gradients: Gradients::default() }
    }

    /// The norm of the gradient over all parameters of the player, before clipping; computed when it is first asked
    /// for. None if there are no gradients, or one is not finite.
    pub fn gradient_norm(&self) -> Option<f64> {
        let Gradients { parameters, values, norm } = &self.gradients;
        if norm.get().is_none() && !values.is_empty() {
            norm.set(latent_optim::gradient_norm(parameters, values).ok());
        }
        norm.get()
    }
}

/// Which samples are evaluated while training, and so whether anything may be chosen by them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evaluated {
    /// Samples that are held out of training: early stopping and the best checkpoint go by them.
    #[default]
    HeldOut,
    /// Samples of the test set: their curves are drawn, and nothing is chosen by them.
    Test,
}

impl Evaluated {
    /// The name of their curves: `validation` or `test`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HeldOut => "validation",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Evaluated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The result of an evaluation on samples that are not trained on.
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// Whether the samples are held out of training or of the test set.
    pub on: Evaluated,
    /// Means over all samples.
    pub values: Vec<(Name, f64)>,
    /// Whether the watched value is the best so far; never of test samples, by which nothing is chosen.
    pub improved: bool,
    /// Whether averages of the weights were evaluated in the place of the weights.
    pub averaged: bool,
}

/// Receives the events of training: steps, evaluations, checkpoints, the end.
///
/// Observers cannot change the course of training but for ending it, and draw from no stream of it.
pub trait Observer<T: ?Sized> {
    /// Handles an event of the training of this task; `Break` stops training.
    ///
    /// # Errors
    /// What makes going on pointless, such as a full disk.
    fn observe(&mut self, event: &Event<'_>, at: Position, task: &T) -> Result<ControlFlow<()>, TaskError>;

    /// The state of the observer with its name, for checkpoints: a run that goes on then reports what it would have
    /// reported. Nothing unless overridden; whether there is something does not depend on what happened.
    fn save(&self) -> Option<(String, Value)> {
        None
    }

    /// Goes on from what [`save`](Self::save) gave, before training begins.
    ///
    /// # Errors
    /// If it is not of this observer.
    fn load(&mut self, _memory: Value) -> Result<(), serde_json::Error> {
        Ok(())
    }
}

impl<T: ?Sized, F> Observer<T> for F
where
    F: FnMut(&Event<'_>, Position, &T) -> Result<ControlFlow<()>, TaskError>,
{
    fn observe(&mut self, event: &Event<'_>, at: Position, task: &T) -> Result<ControlFlow<()>, TaskError> {
        self(event, at, task)
    }
}
