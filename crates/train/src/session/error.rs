//! Why a session could not go on.

use crate::TaskError;
use crate::checkpoint::CheckpointError;
use crate::run::RunError;

/// Why a session could not start, or ended before its time.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The run folder could not be made, opened or written.
    #[error(transparent)]
    Run(RunError),
    /// A checkpoint could not be written, read or used.
    #[error(transparent)]
    Checkpoint(CheckpointError),
    /// A step or an evaluation could not be computed, or an observer of the study failed.
    #[error("{0}")]
    Task(TaskError),
}

impl SessionError {
    /// What the user can do about it, if anything.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Run(error) => error.help(),
            Self::Checkpoint(error) => error.help(),
            Self::Task(_) => None,
        }
    }
}

impl From<RunError> for SessionError {
    fn from(error: RunError) -> Self {
        Self::Run(error)
    }
}

impl From<CheckpointError> for SessionError {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Write(error) => Self::Run(error),
            other => Self::Checkpoint(other),
        }
    }
}

impl From<TaskError> for SessionError {
    /// Finds the errors of the run folder and of checkpoints, which observers give out as any other.
    fn from(error: TaskError) -> Self {
        error
            .downcast::<RunError>()
            .map(|error| Self::from(*error))
            .or_else(|error| error.downcast::<CheckpointError>().map(|error| Self::from(*error)))
            .unwrap_or_else(Self::Task)
    }
}
