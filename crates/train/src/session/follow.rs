//! What processes other than the first do in a session.

use super::{Options, SessionError};
use crate::checkpoint::{Checkpoint, Checkpoints, Identity};
use crate::config::Training;
use crate::run::resolved;
use crate::{Executor, Outcome, TaskError, Trainable};
use serde::Serialize;
use std::path::Path;

/// The checkpoints of a run in this folder.
pub(super) fn checkpoints(training: &Training, folder: &Path) -> Checkpoints {
    Checkpoints {
        every: training.checkpoint_every,
        keep: training.keep,
        ..Checkpoints::new(folder.join("checkpoints"))
    }
}

/// Tells the processes that [`follow`] where to go on, if anywhere.
pub(super) fn lead<T: Trainable>(executor: &Executor<'_, T>, from: Option<&Checkpoint>) {
    if executor.ranks().size() > 1 {
        executor.ranks().broadcast(&from.map(Checkpoint::to_bytes).unwrap_or_default());
    }
}

/// Trains together with a process that has a [`Session`](super::Session): the part of all processes but the first, with the
/// same executor, configuration and options.
///
/// The first process has the run folder, and all that is written to it and drawn. This one needs no folder, not even for
/// the checkpoint that the run goes on from.
///
/// # Errors
/// If a loss cannot be computed, or the first process has another configuration, other data or other weights.
pub fn follow<T: Trainable>(
    mut executor: Executor<'_, T>,
    config: &impl Serialize,
    options: Options<'_>,
) -> Result<Outcome, SessionError> {
    executor.check()?;
    let identity = Identity { config: resolved(config, options.seed)?, data: executor.fingerprint() };
    let nowhere = checkpoints(options.training, Path::new(""));
    executor = executor.checkpoints(nowhere, identity).interrupt(options.interrupt);
    let checkpoint = executor.ranks().broadcast(&[]);
    if !checkpoint.is_empty() {
        let told = |reason| TaskError::from(format!("the checkpoint from the first process: {reason}"));
        executor.resume(&Checkpoint::from_bytes(&checkpoint).map_err(told)?)?;
    }
    Ok(executor.run()?)
}
