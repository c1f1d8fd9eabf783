//! The evaluation of samples that are not trained on.

use super::Executor;
use crate::checkpoint::Checkpoints;
use crate::observer::{Event, Validation};
use crate::stop::Trouble;
use crate::task::{Pass, TaskError};
use crate::terms::MeanTerms;
use crate::trainable::Trainable;
use latent_tensor::no_grad;
use std::ops::ControlFlow;

impl<T: Trainable> Executor<'_, T> {
    /// Evaluates all samples, with averaged weights where there are some, and tells of it. The inner error is what is
    /// watched, if it is not finite.
    pub(super) fn make_validation(&mut self, flow: &mut ControlFlow<()>) -> Result<Result<(), Trouble>, TaskError> {
        let Some(source) = self.validation else { return Ok(Ok(())) };
        self.validated = Some(self.step);
        let task = self.task;
        let swapped = task.swap_in_averages(&self.trainer)?;
        let mut mean = MeanTerms::default();
        for index in 0..source.batches() {
            let mut pass = Pass::evaluate(self.settings.seed, index as u64);
            mean.add(&no_grad(|| task.evaluate(&source.batch(0, index), &mut pass))?);
        }
        let values = mean.values();
        let watched = values.iter().find(|(name, _)| *name == self.settings.watch).map(|&(_, value)| value);
        let Some(watched) = watched else {
            let known: Vec<_> = values.iter().map(|(name, _)| name).collect();
            return Err(format!("{} is to be watched, but the evaluation has {known:?}", self.settings.watch).into());
        };
        let finite = watched.is_finite();
        if let Some(early) = self.early.as_mut().filter(|_| finite) {
            early.observe(watched, task.model());
        }
        let improved = finite && self.best.is_none_or(|best| self.settings.better(watched, best));
        if improved {
            self.best = Some(watched);
        }
        let validation = Validation { values, improved, averaged: !swapped.is_empty() };
        if self.tell(&Event::Validation(&validation))?.is_break() {
            *flow = ControlFlow::Break(());
        }
        drop(swapped);
        if !finite {
            return Ok(Err(self.trouble("validation", self.settings.watch.clone(), watched)));
        }
        if improved && let Err(trouble) = self.write_checkpoint(Checkpoints::write_best)? {
            return Ok(Err(trouble));
        }
        Ok(Ok(()))
    }
}
