//! Checkpoints of an executor, and going on from one.

use super::Executor;
use super::exchange::exchange;
use crate::checkpoint::{Checkpoint, CheckpointError, Checkpoints};
use crate::early_stopping::Snapshot;
use crate::name::Name;
use crate::non_finite::NonFiniteValue;
use crate::step_error::StepError;
use crate::task::TaskError;
use crate::trainable::Trainable;
use std::path::PathBuf;

impl<T: Trainable> Executor<'_, T> {
    /// All that is needed to go on from here.
    pub fn checkpoint(&self) -> Checkpoint {
        let names = self.task.players().into_iter().map(Name::into_owned);
        Checkpoint {
            identity: self.identity.clone(),
            step: self.step,
            validated: self.validated,
            model: Snapshot::of(self.task.model()),
            players: names.zip(self.task.save(&self.trainer)).collect(),
            early: self.early.as_ref().map(|early| (early.policy, early.best.clone())),
            best: self.best,
            observers: self.observers.iter().filter_map(|(_, observer)| observer.save()).collect(),
        }
    }

    /// Goes on from a checkpoint: what follows is, bit for bit, what would have followed then.
    ///
    /// # Errors
    /// If it is of another run, with what differs, or does not fit the model or the optimisers.
    pub fn resume(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let differences = checkpoint.identity.differences(&self.identity);
        if !differences.is_empty() {
            return Err(CheckpointError::OtherRun(differences));
        }
        checkpoint.restore(self.task, &mut self.trainer)?;
        (self.prepare, self.unprepared) = (None, false);
        if let (Some(early), Some((policy, best))) = (&mut self.early, &checkpoint.early) {
            early.policy = *policy;
            early.best.clone_from(best);
        }
        (self.step, self.validated, self.best) = (checkpoint.step, checkpoint.validated, checkpoint.best);
        self.memories.clone_from(&checkpoint.observers);
        Ok(())
    }

    /// Gives observers what those of the same names remembered, in their order.
    pub(super) fn remind_observers(&mut self) -> Result<(), CheckpointError> {
        for (_, observer) in &mut self.observers {
            let Some((name, _)) = observer.save() else { continue };
            if let Some(found) = self.memories.iter().position(|(of, _)| *of == name) {
                let (_, memory) = self.memories.remove(found);
                let unfit = |error| CheckpointError::Unfit(format!("what {name} remembers: {error}"));
                observer.load(memory).map_err(unfit)?;
            }
        }
        self.memories.clear();
        Ok(())
    }

    /// Writes a checkpoint, if any are to be written; of several processes, the first does.
    ///
    /// # Errors
    /// If a weight is not finite, the processes have different ones, or the file cannot be written.
    pub(super) fn write_checkpoint(
        &self,
        write: fn(&Checkpoints, &Checkpoint) -> Result<PathBuf, CheckpointError>,
    ) -> Result<(), StepError> {
        self.check_weights()?;
        let Some(to) = &self.checkpoints else { return Ok(()) };
        let written = if self.ranks.rank() == 0 { write(to, &self.checkpoint()).map(Some) } else { Ok(None) };
        let not_finite = match written {
            Ok(_) => Ok(None),
            Err(CheckpointError::NotFinite(path)) => Ok(Some(path)),
            Err(other) => Err(TaskError::from(other)),
        };
        let not_finite: Vec<Option<String>> = exchange(&*self.ranks, not_finite)?;
        match not_finite.into_iter().flatten().next() {
            Some(path) => Err(self.non_finite("model", path, f64::NAN).into()),
            None => Ok(()),
        }
    }

    /// Describes a value that is not finite and was found between steps.
    pub(super) fn non_finite(&self, player: &'static str, what: String, value: f64) -> NonFiniteValue {
        let last_gradient_norm = self.task.last_gradient_norm(&self.trainer);
        let place = self.pace.place(self.step, 0);
        NonFiniteValue {
            step: self.step,
            place,
            player: player.into(),
            what: what.into(),
            value,
            origin: None,
            last_gradient_norm,
        }
    }
}
