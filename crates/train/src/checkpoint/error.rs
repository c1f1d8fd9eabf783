//! What can be wrong with a checkpoint.

use crate::run::RunError;
use std::io;
use std::path::PathBuf;

/// Why a checkpoint could not be written, read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The checkpoint could not be written.
    #[error(transparent)]
    Write(#[from] RunError),
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not a whole checkpoint.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder has no checkpoint.
    #[error("there is no checkpoint in {}", .0.display())]
    Missing(PathBuf),
    /// The checkpoint was written by another run; the differences, a line each.
    #[error("the checkpoint is of another run:{}", listed(.0))]
    OtherRun(Vec<String>),
    /// The tensors of the checkpoint are not those of the model or the optimisers.
    #[error("the checkpoint does not fit: {0}")]
    Unfit(String),
    /// A weight, of this path, is not finite, so that no checkpoint was written.
    #[error("{0} is not finite: no checkpoint was written")]
    NotFinite(String),
}

impl CheckpointError {
    /// What the user can do about it, if anything.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Write(error) => error.help(),
            Self::Damaged { .. } => {
                Some("no older checkpoint could be read either: start the run anew, without --resume".to_owned())
            }
            Self::OtherRun(_) => Some(
                "a run goes on as what it was, on the same data: undo these differences, or start a new run without \
                 --resume"
                    .to_owned(),
            ),
            Self::Unfit(_) => Some(
                "the program builds another model than it did then: go on with the version that manifest.json names"
                    .to_owned(),
            ),
            Self::Read { .. } | Self::Missing(_) | Self::NotFinite(_) => None,
        }
    }
}

fn listed(lines: &[String]) -> String {
    lines.iter().fold(String::new(), |list, line| list + "\n  " + line)
}
