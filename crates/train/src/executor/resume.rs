//! Checkpoints of an executor, and going on from one.

use super::Executor;
use super::exchange::exchange;
use crate::checkpoint::{Checkpoint, CheckpointError, Checkpoints, PlayerState};
use crate::stop::Trouble;
use crate::task::{Task, TaskError};
use latent_optim::WeightAverage;
use latent_regularizers::Snapshot;
use std::path::PathBuf;

impl<T: Task> Executor<'_, T> {
    /// All that is needed to go on from here.
    pub fn checkpoint(&self) -> Checkpoint {
        let names = self.task.players().into_iter().map(|(name, _)| name.to_owned());
        let states = self.players.iter().map(|player| PlayerState {
            optimizer: player.optimizer.save(),
            average: player.average.as_ref().map(WeightAverage::save),
            last_norm: player.last_norm,
        });
        Checkpoint {
            identity: self.identity.clone(),
            step: self.step,
            validated: self.validated,
            model: Snapshot::of(self.task.model()),
            players: names.zip(states).collect(),
            early: self.early.as_ref().map(|early| (early.policy, early.best.clone())),
            best: self.best,
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
        let players = self.task.players();
        let names: Vec<&str> = players.iter().map(|(name, _)| *name).collect();
        if !checkpoint.players.iter().map(|(name, _)| name.as_str()).eq(names.iter().copied()) {
            let theirs: Vec<_> = checkpoint.players.iter().map(|(name, _)| name).collect();
            return Err(CheckpointError::Unfit(format!("its players are {theirs:?}, these are {names:?}")));
        }
        let unfit = |error: &dyn std::fmt::Display| CheckpointError::Unfit(error.to_string());
        checkpoint.model.restore(self.task.model()).map_err(|error| unfit(&error))?;
        for ((player, (_, module)), (name, state)) in self.players.iter_mut().zip(&players).zip(&checkpoint.players) {
            player.optimizer.load(&module.parameters(), &state.optimizer).map_err(|error| unfit(&error))?;
            match (&mut player.average, &state.average) {
                (Some(average), Some(saved)) => average.load(saved).map_err(|error| unfit(&error))?,
                (None, None) => {}
                (here, _) => {
                    let which = if here.is_some() { "it has no" } else { "only it has an" };
                    return Err(CheckpointError::Unfit(format!("{which} average of the weights of the {name}")));
                }
            }
            player.last_norm = state.last_norm;
        }
        if let (Some(early), Some((policy, best))) = (&mut self.early, &checkpoint.early) {
            early.policy = *policy;
            early.best.clone_from(best);
        }
        (self.step, self.validated, self.best) = (checkpoint.step, checkpoint.validated, checkpoint.best);
        Ok(())
    }

    /// Writes a checkpoint, if any are to be written; of several processes, the first does. The inner error is a weight
    /// that is not finite.
    pub(super) fn write_checkpoint(
        &self,
        write: fn(&Checkpoints, &Checkpoint) -> Result<PathBuf, CheckpointError>,
    ) -> Result<Result<(), Trouble>, TaskError> {
        self.check_weights()?;
        let Some(to) = &self.checkpoints else { return Ok(Ok(())) };
        let written = if self.ranks.rank() == 0 { write(to, &self.checkpoint()).map(Some) } else { Ok(None) };
        let not_finite = match written {
            Ok(_) => Ok(None),
            Err(CheckpointError::NotFinite(path)) => Ok(Some(path)),
            Err(other) => Err(other.into()),
        };
        let not_finite: Vec<Option<String>> = exchange(&*self.ranks, not_finite)?;
        match not_finite.into_iter().flatten().next() {
            Some(path) => Ok(Err(self.trouble("model", path, f64::NAN))),
            None => Ok(Ok(())),
        }
    }

    /// A number that is not finite, found between steps.
    pub(super) fn trouble(&self, player: &'static str, what: String, value: f64) -> Trouble {
        let last_gradient_norm = self.players.iter().filter_map(|player| player.last_norm).reduce(f64::max);
        let place = self.pace.place(self.step, 0);
        Trouble { step: self.step, place, player, what, value, origin: None, last_gradient_norm }
    }
}
