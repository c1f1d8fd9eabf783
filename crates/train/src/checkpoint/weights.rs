//! The weights of a checkpoint, in a model.

use super::{Checkpoint, CheckpointError};
use crate::early_stopping::Snapshot;
use crate::task::TaskError;
use crate::trainable::Trainable;

impl Checkpoint {
    /// Restores a model and its trainer.
    pub(crate) fn restore<T: Trainable>(&self, task: &T, trainer: &mut T::Trainer) -> Result<(), CheckpointError> {
        let names = task.players();
        if !self.players.iter().map(|(name, _)| name.as_str()).eq(names.iter().map(|name| &**name)) {
            let theirs: Vec<_> = self.players.iter().map(|(name, _)| name).collect();
            return Err(CheckpointError::Unfit(format!(
                "its players are {theirs:?}, those of the model are {names:?}"
            )));
        }
        self.model.restore(task.model()).map_err(|error| CheckpointError::Unfit(error.to_string()))?;
        let states: Vec<_> = self.players.iter().map(|(_, state)| state.clone()).collect();
        task.load(trainer, &states).map_err(CheckpointError::Unfit)
    }

    /// Sets a model to the weights that it would have if training had ended here: with early stopping the best ones so
    /// far, else the averages of players that have one, else those of the last step.
    ///
    /// # Errors
    /// If the checkpoint does not fit the model or its trainer.
    pub fn leave_weights<T: Trainable>(&self, task: &T, mut trainer: T::Trainer) -> Result<(), TaskError> {
        self.restore(task, &mut trainer)?;
        match &self.early {
            Some((_, Some(best))) => Ok(best.restore(task.model())?),
            _ => leave_averages(task, &trainer),
        }
    }
}

/// Puts averages in the place of the weights of players that have one.
pub(crate) fn leave_averages<T: Trainable>(task: &T, trainer: &T::Trainer) -> Result<(), TaskError> {
    let swapped = task.swap_in_averages(trainer)?;
    let averaged = Snapshot::of(task.model());
    drop(swapped);
    Ok(averaged.restore(task.model())?)
}
