//! A session that has ended.

use crate::checkpoint::Checkpoints;
use crate::interrupt::Interrupt;
use crate::observers::Records;
use crate::run::RunError;
use crate::{Outcome, StopReason};
use std::path::PathBuf;

/// How a session ended, and its folder, in which a study may put more before it is done.
#[derive(Debug)]
pub struct Ended {
    /// How training ended.
    pub outcome: Outcome,
    /// Where more can be recorded.
    pub records: Records,
    /// The last checkpoint that can be read, if there is one; where a number was not finite, the last one before.
    pub checkpoint: Option<PathBuf>,
    /// Whether the model has what was to be prepared before the first step.
    pub prepared: bool,
    /// What asks for the end; a study whose last work takes long looks at it.
    pub interrupt: Interrupt,
}

impl Ended {
    pub(super) fn new(
        outcome: Outcome,
        records: Records,
        checkpoints: &Checkpoints,
        prepared: bool,
        interrupt: Interrupt,
    ) -> Self {
        let found = match &outcome.reason {
            // With weights of that step it is not finite.
            StopReason::NotFinite(trouble) => checkpoints.last_before(trouble.step),
            _ => checkpoints.last(),
        };
        let checkpoint = found.ok().map(|(checkpoint, _)| checkpoints.path(checkpoint.step));
        Self { outcome, records, checkpoint, prepared, interrupt }
    }

    /// Whether training came to its own end, as all steps were made or it stopped early, and nobody has asked for the
    /// end since.
    pub fn is_complete(&self) -> bool {
        matches!(self.outcome.reason, StopReason::Finished | StopReason::Early(_)) && !self.interrupt.raised()
    }

    /// Why training ended, in words.
    pub fn message(&self) -> String {
        let Outcome { reason, step, epoch, .. } = &self.outcome;
        match reason {
            StopReason::NotFinite(trouble) => format!("training stopped: {trouble}"),
            other => format!("training ended after {step} steps ({epoch} epochs): {other}"),
        }
    }

    /// What can be done now, if training did not come to its own end.
    pub fn help(&self) -> Option<String> {
        let folder = self.records.folder().path().display().to_string();
        match &self.outcome.reason {
            StopReason::Finished | StopReason::Early(_) if self.is_complete() => None,
            StopReason::Finished | StopReason::Early(_) | StopReason::Interrupted => {
                Some(format!("go on with --resume {folder}"))
            }
            StopReason::NotFinite(_) => {
                let last = match &self.checkpoint {
                    Some(path) => format!("the last good weights are in {}; ", path.display()),
                    None => String::new(),
                };
                Some(format!(
                    "{last}the same configuration would come to the same number again: start a run with gradients that \
                     are clipped (--set optimizer.clip_norm=1), a lower learning rate (optimizer.learning_rate), or a \
                     warm-up (optimizer.schedule.warm_up)"
                ))
            }
        }
    }

    /// Writes `DONE` if the run [is complete](Self::is_complete). Returns the folder.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> Result<PathBuf, RunError> {
        let folder = self.records.folder();
        if self.is_complete() {
            folder.done()?;
        }
        Ok(folder.path().to_owned())
    }
}
