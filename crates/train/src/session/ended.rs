//! A session that has ended.

use crate::checkpoint::Checkpoints;
use crate::interrupt::Interrupt;
use crate::observers::Records;
use crate::run::RunError;
use crate::{Outcome, StopReason};
use std::path::PathBuf;

/// A session whose training has ended: how it did, and the folder, in which a study may write more before the run is
/// complete.
#[derive(Debug)]
pub struct Ended {
    /// Why and after how many steps training ended.
    pub outcome: Outcome,
    /// The records of the run, for what the study writes itself.
    pub records: Records,
    /// The last checkpoint that can be read, if there is one; where a number was not finite, the last one before.
    pub checkpoint: Option<PathBuf>,
    /// Whether the work before the first step was done, or there was none.
    pub prepared: bool,
    /// The flag that asks for the end, for last work of the study that takes long.
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
            StopReason::NotFinite(found) => checkpoints.last_before(found.step),
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
            StopReason::NotFinite(found) => format!("training stopped: {found}"),
            other => format!("training ended after {step} steps ({epoch} epochs): {other}"),
        }
    }

    /// What the user can do now, if training did not come to its own end.
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
