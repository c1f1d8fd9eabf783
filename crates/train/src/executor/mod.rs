//! The one loop.

mod ahead;
mod exchange;
mod line_search;
mod parts;
mod player;
mod resume;
mod settings;
mod step;
mod together;
mod validate;

pub use player::Player;
pub use settings::{Limit, Settings};

use crate::Every;
use crate::checkpoint::{Checkpoints, Identity, leave_averages};
use crate::early_stopping::RestoreBest;
use crate::every::Pace;
use crate::interrupt::{Interrupt, Interrupted};
use crate::observer::{Evaluated, Event, Observer, Position};
use crate::step_error::StepError;
use crate::stop::StopReason;
use crate::task::{Source, TaskError};
use crate::trainable::{Batches, Trainable};
use ahead::Ahead;
use latent_numeric::ranks::{Alone, Ranks};
use serde_json::Value;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Trains a [`Task`](crate::Task), or what else is [`Trainable`], on batches of a source until a limit.
///
/// The number of steps made, together with the seed, determines the next batches and every random draw. So a run that
/// goes on from its weights, its optimisers' state and that number is the run it would have been.
pub struct Executor<'a, T: Trainable> {
    task: &'a T,
    source: &'a dyn Source<Batch = T::Batch>,
    validation: Option<(Evaluated, &'a dyn Source<Batch = T::Batch>)>,
    settings: Settings,
    trainer: T::Trainer,
    early: Option<RestoreBest>,
    observers: Vec<(Every, Box<dyn Observer<T> + 'a>)>,
    interrupt: Interrupt,
    ranks: Arc<dyn Ranks>,
    identity: Identity,
    checkpoints: Option<Checkpoints>,
    prepare: Option<Prepare<'a>>,
    /// Whether the preparation was interrupted.
    unprepared: bool,
    pace: Pace,
    step: u64,
    validated: Option<u64>,
    best: Option<f64>,
    /// What the observers of the run that goes on remembered.
    memories: Vec<(String, Value)>,
}

/// What is done once, before the first step.
type Prepare<'a> = Box<dyn FnOnce(&Interrupt) -> Result<(), TaskError> + 'a>;

/// How training ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Why training ended.
    pub reason: StopReason,
    /// Steps made in all, of all players together, those before a resumption among them.
    pub step: u64,
    /// Passes over the training data that are complete.
    pub epoch: u64,
    /// The best value of what is watched, if anything was validated.
    pub best: Option<f64>,
}

impl<'a, T: Trainable> Executor<'a, T> {
    /// Trains `task` on `source`, with an optimiser for each player, or what else makes its steps.
    ///
    /// # Errors
    /// If there is not one [`Player`] for each of the task's, an epoch has no batches, or the settings make no sense.
    pub fn new(
        task: &'a T,
        source: &'a dyn Source<Batch = T::Batch>,
        trainer: T::Trainer,
        settings: Settings,
    ) -> Result<Self, TaskError> {
        task.check(&trainer)?;
        if source.batches() == 0 {
            return Err("an epoch of the training data has no batches, expected at least one".into());
        }
        settings.check(&task.players())?;
        let pace = Pace { epoch: source.batches() as u64, step: settings.accumulate };
        Ok(Self {
            early: settings.early_stopping.map(RestoreBest::new),
            task,
            source,
            validation: None,
            settings,
            trainer,
            observers: Vec::new(),
            interrupt: Interrupt::default(),
            ranks: Arc::new(Alone),
            identity: Identity::default(),
            checkpoints: None,
            prepare: None,
            unprepared: false,
            pace,
            step: 0,
            validated: None,
            best: None,
            memories: Vec::new(),
        })
    }

    /// Evaluates these samples, which are held out of training, as often as the settings say, and at the end. Early
    /// stopping and the best checkpoint go by them.
    #[must_use]
    pub fn validate(self, source: &'a dyn Source<Batch = T::Batch>) -> Self {
        self.evaluate(Evaluated::HeldOut, source)
    }

    /// Evaluates these samples as often as the settings say, and at the end: held-out ones as
    /// [`validate`](Self::validate) does; those of a test set for their curves alone, by which nothing is chosen, so
    /// that there is no best checkpoint, and [`check`](Self::check) refuses early stopping.
    #[must_use]
    pub fn evaluate(mut self, on: Evaluated, source: &'a dyn Source<Batch = T::Batch>) -> Self {
        self.validation = Some((on, source));
        self
    }

    /// Adds an observer, which is told of steps so often, and of everything else always.
    #[must_use]
    pub fn observe(mut self, every: Every, observer: impl Observer<T> + 'a) -> Self {
        self.observers.push((every, Box::new(observer)));
        self
    }

    /// Ends training after the step during which this flag is raised.
    #[must_use]
    pub fn interrupt(mut self, interrupt: Interrupt) -> Self {
        self.interrupt = interrupt;
        self
    }

    /// Trains as one of several processes, each of which has the same task, sources and settings, and all of which end up
    /// with the bits that one would have.
    ///
    /// The batches of a step, [`Settings::accumulate`] of them, are shared, so that there must be one for each process or
    /// more; those of an evaluation are shared too. An interruption of one process, and `Break` of an observer of one, are
    /// for all. The first process writes the checkpoints.
    #[must_use]
    pub fn on(mut self, ranks: Arc<dyn Ranks>) -> Self {
        self.ranks = ranks;
        self
    }

    /// Does this work once, before the first step: what takes long and ends up in the model, such as the values that it
    /// begins with. Once it is done a checkpoint is written; training that goes on from a checkpoint has its results
    /// from there and skips it. It is given the flag that asks for the end, and answers with [`Interrupted`] if it was
    /// ended early.
    #[must_use]
    pub fn prepare(mut self, work: impl FnOnce(&Interrupt) -> Result<(), TaskError> + 'a) -> Self {
        self.prepare = Some(Box::new(work));
        self
    }

    /// The processes that train together.
    pub fn ranks(&self) -> &Arc<dyn Ranks> {
        &self.ranks
    }

    /// Writes checkpoints of this run: as often as its settings say, at each best evaluation, and at the end.
    #[must_use]
    pub fn checkpoints(mut self, checkpoints: Checkpoints, identity: Identity) -> Self {
        self.checkpoints = Some(checkpoints);
        self.identity = identity;
        self
    }

    /// The model that is trained.
    pub fn task(&self) -> &'a T {
        self.task
    }

    /// How each player is trained, in words.
    pub fn describe(&self) -> Vec<String> {
        self.task.describe(&self.trainer)
    }

    /// What tells the data, of training and of validation, from others.
    pub fn fingerprint(&self) -> String {
        let train = self.source.fingerprint();
        match self.validation {
            None => train,
            Some((Evaluated::HeldOut, source)) => format!("{train}; validated on {}", source.fingerprint()),
            Some((Evaluated::Test, source)) => format!("{train}; tested on {}", source.fingerprint()),
        }
    }

    /// Checks that early stopping has held-out samples to go by.
    ///
    /// # Errors
    /// If there is early stopping, and test samples or none are evaluated.
    pub fn check(&self) -> Result<(), TaskError> {
        match self.validation {
            _ if self.early.is_none() => Ok(()),
            Some((Evaluated::HeldOut, _)) => Ok(()),
            Some((Evaluated::Test, _)) => {
                Err("early stopping would choose the weights by the test set, whose figures would say nothing of new \
                     data then: expected samples that are held out of training"
                    .into())
            }
            None => Err("early stopping has nothing to go by: expected samples that are held out of training".into()),
        }
    }

    /// Whether the work [before the first step](Self::prepare) is done, or there is none.
    pub fn is_prepared(&self) -> bool {
        self.prepare.is_none() && !self.unprepared
    }

    /// How far training has come.
    pub fn position(&self) -> Position {
        Position { step: self.step, steps: self.settings.limit.steps(self.pace), epoch: self.pace.epoch(self.step) }
    }

    /// Trains until the limit, or until something else ends it. The batch of the next step is made while a step is made, by
    /// threads that have nothing else to do.
    ///
    /// At the limit and after early stopping the model is left with the weights that evaluations are of: the best ones
    /// where there is early stopping, else the averages of players that have one.
    ///
    /// # Errors
    /// If a loss cannot be computed, a step not be [prepared](Self::prepare) or made, or an observer not do its work; or if
    /// another process has something else to do. A number that is not finite is no error but a [`StopReason`].
    pub fn run(&mut self) -> Result<Outcome, TaskError> {
        self.check()?;
        if !self.make_ready()? {
            return Ok(self.outcome(StopReason::Interrupted));
        }
        let ahead = Ahead::of(self.source);
        rayon::in_place_scope(|scope| self.run_on(&ahead.within(scope)))
    }

    /// Does what is to be done before the first step, and writes a checkpoint then; whether it came to its end.
    fn make_ready(&mut self) -> Result<bool, TaskError> {
        let Some(prepare) = self.prepare.take() else { return Ok(true) };
        let interrupted = match prepare(&self.interrupt) {
            Ok(()) => false,
            Err(error) if error.is::<Interrupted>() => true,
            Err(error) => return Err(error),
        };
        if self.ranks.any(interrupted) {
            self.unprepared = true;
            return Ok(false);
        }
        let _ = self.tell(&Event::Prepared)?;
        match self.write_checkpoint(Checkpoints::write) {
            Ok(()) => Ok(true),
            Err(StepError::NotFinite(value)) => Err(format!("before the first step: {value}").into()),
            Err(StepError::Failed(error)) => Err(error),
        }
    }

    fn outcome(&self, reason: StopReason) -> Outcome {
        Outcome { reason, step: self.step, epoch: self.pace.epoch(self.step), best: self.best }
    }

    fn run_on(&mut self, source: &dyn Source<Batch = T::Batch>) -> Result<Outcome, TaskError> {
        self.check_together()?;
        self.remind_observers()?;
        let flow = self.tell(&Event::Begin)?;
        // The last checkpoint is written before other weights are put in their place: the run can be made longer later.
        // Weights that lead to a number that is not finite must not push out better ones.
        let ended = self.make_steps(source, flow).and_then(|reason| {
            self.write_checkpoint(Checkpoints::write)?;
            Ok(reason)
        });
        let reason = match ended {
            Ok(reason) => reason,
            Err(StepError::NotFinite(value)) => StopReason::NotFinite(*value),
            Err(StepError::Failed(error)) => return Err(error),
        };
        if matches!(reason, StopReason::Early(_) | StopReason::Finished) {
            self.leave_evaluated_weights()?;
        }
        let _ = self.tell(&Event::End(&reason))?;
        Ok(self.outcome(reason))
    }

    /// Makes steps, evaluations and checkpoints until the limit, early stopping or an interruption.
    fn make_steps(
        &mut self,
        source: &dyn Source<Batch = T::Batch>,
        mut flow: ControlFlow<()>,
    ) -> Result<StopReason, StepError> {
        loop {
            // Also of a run that goes on: it was killed while its results were written.
            if let Some(reason) = self.early.as_ref().and_then(|early| early.policy.stopped()) {
                return Ok(StopReason::Early(reason));
            }
            if self.ranks.any(flow.is_break() || self.interrupt.raised()) {
                return Ok(StopReason::Interrupted);
            }
            if self.step >= self.position().steps {
                if self.validated != Some(self.step) {
                    self.make_validation(&mut flow)?;
                }
                return Ok(StopReason::Finished);
            }
            self.make_step(source, &mut flow)?;
            // At the end before a checkpoint is written, which then knows of it.
            let is_last = self.step >= self.position().steps;
            if is_last || self.settings.validate.is_due(self.step, self.pace) {
                self.make_validation(&mut flow)?;
            }
            if self.checkpoints.as_ref().is_some_and(|to| to.every.is_due(self.step, self.pace)) {
                self.write_checkpoint(Checkpoints::write)?;
            }
        }
    }

    /// Puts the weights into the model that evaluations are of: the best ones with early stopping, else the averages.
    fn leave_evaluated_weights(&self) -> Result<(), TaskError> {
        match &self.early {
            Some(early) => {
                early.restore(self.task.model())?;
                Ok(())
            }
            None => leave_averages(self.task, &self.trainer),
        }
    }

    /// Makes a step and tells of it.
    fn make_step(
        &mut self,
        source: &dyn Source<Batch = T::Batch>,
        flow: &mut ControlFlow<()>,
    ) -> Result<(), StepError> {
        let turn = self.settings.player(self.step, self.task.players().len());
        let (pace, step, seed, ranks) = (self.pace, self.step, self.settings.seed, &self.ranks);
        let made = self.task.step(&mut self.trainer, turn, &Batches { source, pace, step, seed, ranks })?;
        self.step += 1;
        if self.tell(&Event::Step(&made))?.is_break() {
            *flow = ControlFlow::Break(());
        }
        // Of the step itself, or where an observer asked for it.
        if let Some(norm) = made.gradients.norm.get() {
            self.task.note_gradient_norm(&mut self.trainer, turn, norm);
        }
        Ok(())
    }

    /// Tells all observers whose time it is.
    fn tell(&mut self, event: &Event<'_>) -> Result<ControlFlow<()>, TaskError> {
        let at = self.position();
        let mut flow = ControlFlow::Continue(());
        for (every, observer) in &mut self.observers {
            let is_step = matches!(event, Event::Step(_));
            if (!is_step || every.is_due(self.step, self.pace)) && observer.observe(event, at, self.task)?.is_break() {
                flow = ControlFlow::Break(());
            }
        }
        Ok(flow)
    }
}
