//! What can go wrong with a report.

use std::io;
use std::path::{Path, PathBuf};

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The folder does not exist.
    #[error("there is no folder {}", path.display())]
    NoFolder {
        /// The path asked for.
        path: PathBuf,
    },
    /// The folder is not that of a run.
    #[error(
        "{} is not the folder of a run: expected config.toml, manifest.json or metrics.jsonl in it{}", path.display(),
        if inside.is_empty() { String::new() } else { format!("; there are runs inside it, such as {inside}") }
    )]
    NotARun {
        /// The path asked for.
        path: PathBuf,
        /// The name of a run folder inside it, if there is one, else empty.
        inside: String,
    },
    /// A file or folder could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the report could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ReportError {
    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }
}
