//! What is told while training goes on, and to whom.

use crate::StopReason;
use crate::task::TaskError;
use latent_tensor::Tensor;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cell::Cell;
use std::fmt;
use std::ops::ControlFlow;

/// Something that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// What is [prepared](crate::Executor::prepare) before the first step is ready.
    Prepared,
    /// Training begins.
    Begin,
    /// A step was made.
    Step(&'a Step<'a>),
    /// Samples that are not trained on were evaluated.
    Validation(&'a Validation),
    /// Training ended.
    End(&'a StopReason),
}

/// The number of steps and epochs that were made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Steps made.
    pub step: u64,
    /// Steps to make in all.
    pub steps: u64,
    /// Epochs completed.
    pub epoch: u64,
}

/// A step that was made.
#[derive(Debug)]
pub struct Step<'a> {
    /// Whose it was.
    pub player: &'static str,
    /// What is minimised and its terms, before the step, as means over the samples of all batches of the step.
    pub values: Vec<(&'static str, f64)>,
    /// The number of samples.
    pub samples: usize,
    /// The learning rate, if it was made along gradients.
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
    /// A step that was made without gradients.
    pub fn new(player: &'static str, values: Vec<(&'static str, f64)>, samples: usize) -> Self {
        Self { player, values, samples, learning_rate: None, gradients: Gradients::default() }
    }

    /// The norm of all gradients together, before clipping; computed when it is first asked for. None if there are no
    /// gradients, or one is not finite.
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
    /// As curves are named: `validation`, `test`.
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

/// What was evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Validation {
    /// Which samples.
    pub on: Evaluated,
    /// Means over all samples.
    pub values: Vec<(&'static str, f64)>,
    /// Whether what is watched is better than ever before; never of test samples, by which nothing is chosen.
    pub improved: bool,
    /// Whether the weights were averages.
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
