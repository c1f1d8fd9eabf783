//! The evaluation of samples that are not trained on.

use super::Executor;
use super::exchange::{Report, exchange};
use crate::checkpoint::Checkpoints;
use crate::observer::{Evaluated, Event, Validation};
use crate::step_error::StepError;
use crate::task::{Pass, Source, TaskError};
use crate::terms::MeanTerms;
use crate::trainable::Trainable;
use latent_tensor::no_grad;
use std::ops::ControlFlow;

impl<T: Trainable> Executor<'_, T> {
    /// Evaluates all samples, with averaged weights where there are some, and tells of it.
    ///
    /// # Errors
    /// If what is watched is not finite, or something cannot be evaluated, told or written.
    pub(super) fn make_validation(&mut self, flow: &mut ControlFlow<()>) -> Result<(), StepError> {
        let Some((on, source)) = self.validation else { return Ok(()) };
        self.validated = Some(self.step);
        let task = self.task;
        let swapped = task.swap_in_averages(&self.trainer)?;
        let values = self.evaluated(source)?.values();
        let watched = values.iter().find(|(name, _)| *name == self.settings.watch).map(|&(_, value)| value);
        let Some(watched) = watched else {
            let known: Vec<_> = values.iter().map(|(name, _)| name).collect();
            return Err(format!(
                "the term {:?} is to be watched, but the terms of evaluations are {known:?}",
                self.settings.watch
            )
            .into());
        };
        let finite = watched.is_finite();
        let decides = finite && on == Evaluated::HeldOut;
        if let Some(early) = self.early.as_mut().filter(|_| decides) {
            early.observe(watched, task.model());
        }
        let improved = decides && self.best.is_none_or(|best| self.settings.better(watched, best));
        if improved {
            self.best = Some(watched);
        }
        let validation = Validation { on, values, improved, averaged: !swapped.is_empty() };
        if self.tell(&Event::Validation(&validation))?.is_break() {
            *flow = ControlFlow::Break(());
        }
        drop(swapped);
        if !finite {
            return Err(self.non_finite(on.as_str(), self.settings.watch.clone(), watched).into());
        }
        if improved {
            self.write_checkpoint(Checkpoints::write_best)?;
        }
        Ok(())
    }

    /// The mean over all batches, of which every process evaluates some.
    fn evaluated(&self, source: &dyn Source<Batch = T::Batch>) -> Result<MeanTerms, TaskError> {
        let (rank, size) = (self.ranks.rank(), self.ranks.size());
        let evaluate = |index| {
            let mut pass = Pass::evaluate(self.settings.seed, index as u64);
            no_grad(|| self.task.evaluate(&source.batch(0, index), &mut pass)).map(|terms| Report::of(&terms))
        };
        let mine: Result<Vec<Report>, TaskError> = (rank..source.batches()).step_by(size).map(evaluate).collect();
        let mut reports: Vec<_> = exchange(&*self.ranks, mine)?.into_iter().map(Vec::into_iter).collect();
        let mut mean = MeanTerms::default();
        for index in 0..source.batches() {
            let report = reports[index % size].next().ok_or("a process has another number of batches to evaluate")?;
            mean.add_values(report.samples, &report.values());
        }
        Ok(mean)
    }
}
