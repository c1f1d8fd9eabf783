//! What can go wrong with a run folder.

use super::Holder;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why a run folder could not be made, opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The operating system refused to read or write a file or folder.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was to be done, as a verb: "create", "write".
        action: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The path is taken by something that is not a folder.
    #[error("cannot make the run folder {}: a file of that name is in the way", path.display())]
    NotAFolder {
        /// The path asked for.
        path: PathBuf,
    },
    /// The folder holds things that no run wrote.
    #[error("the folder {} is neither empty nor the folder of a run", path.display())]
    NotARun {
        /// The folder asked for.
        path: PathBuf,
    },
    /// The folder holds a run of another configuration or seed.
    #[error("the folder {} holds {} run of another configuration or seed", path.display(), if *finished { "a finished" } else { "an unfinished" })]
    OtherRun {
        /// The folder asked for.
        path: PathBuf,
        /// Whether that run is complete: it has its `DONE`.
        finished: bool,
    },
    /// Another program works in the folder.
    #[error("{} works in the folder {}", named(holder.as_ref()), path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
        /// Which program it is, if that can be read.
        holder: Option<Holder>,
        /// The lock file of the folder.
        lock: PathBuf,
    },
    /// The folder of a run that was to be resumed has none.
    #[error("there is no run in {}", path.display())]
    NoRun {
        /// The folder asked for.
        path: PathBuf,
    },
    /// The run that was to be resumed is of another study.
    #[error("the run in {} is of {study}", path.display())]
    OtherStudy {
        /// Its folder.
        path: PathBuf,
        /// The study that it is of, by the name of its program.
        study: String,
    },
    /// A file of a run has another content than its name says.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The run that was to be resumed is complete: it has its `DONE`.
    #[error("the run in {} is finished, there is nothing to go on with", path.display())]
    Finished {
        /// Its folder.
        path: PathBuf,
    },
    /// The run that was to be resumed has another configuration, seed or data.
    #[error("the run in {} is another one:{}", path.display(), differences.iter().fold(String::new(), |list, line| list + "\n  " + line))]
    Differs {
        /// Its folder.
        path: PathBuf,
        /// What differs, a line each.
        differences: Vec<String>,
    },
    /// A file name leads out of the run folder.
    #[error("\"{name}\" is not a path inside a run folder")]
    Name {
        /// The name given.
        name: String,
    },
    /// A value cannot be written in the format of its file.
    #[error("cannot put {what} into its format: {source}")]
    Encode {
        /// What was to be written.
        what: String,
        /// Why the format refused it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn named(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "another program".to_owned(), Holder::to_string)
}

impl RunError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn encode<E>(what: &str) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let what = what.to_owned();
        move |source| Self::Encode { what, source: source.into() }
    }

    /// What the user can do about it, if anything.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Io { source, path, .. } => match source.kind() {
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                    Some("give a folder that you may write to with --output DIR".to_owned())
                }
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                    Some(format!("free some space where {} is, or write elsewhere with --output DIR", path.display()))
                }
                ErrorKind::NotADirectory => {
                    Some("part of that path is a file; give another folder with --output DIR".to_owned())
                }
                ErrorKind::ResourceBusy | ErrorKind::InvalidInput => {
                    Some("give a new folder with --output DIR; one that is in use cannot be moved aside".to_owned())
                }
                _ => None,
            },
            Self::NotAFolder { .. } => Some("give another folder with --output DIR".to_owned()),
            Self::NotARun { .. } => Some("give a new or empty folder with --output DIR".to_owned()),
            Self::OtherRun { .. } => Some(
                "write elsewhere with --output DIR, or move that folder away; runs are never overwritten".to_owned(),
            ),
            Self::Busy { holder, lock, .. } => {
                let wait = "wait until it has ended, or write elsewhere with --output DIR";
                Some(match holder {
                    Some(holder) if !holder.is_here() => {
                        let (machine, lock) = (&holder.machine, lock.display());
                        format!("{wait}; if it is certain that it no longer runs on {machine}, remove {lock}")
                    }
                    _ => wait.to_owned(),
                })
            }
            Self::NoRun { .. } => {
                Some("give the folder of a run, with its config.toml; without --resume a new run starts".to_owned())
            }
            Self::OtherStudy { path, study } => {
                Some(format!("go on with it by its own program: {study} --resume {}", path.display()))
            }
            Self::Finished { .. } => {
                Some("start a longer run as a new one, for example with --set training.epochs=...".to_owned())
            }
            Self::Differs { .. } => Some(
                "a run goes on as what it was: leave out --config, --set and --seed, or start a new run without --resume"
                    .to_owned(),
            ),
            Self::Damaged { .. } | Self::Name { .. } | Self::Encode { .. } => None,
        }
    }
}
