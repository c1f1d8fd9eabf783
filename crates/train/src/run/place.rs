//! Where a run goes, and making room for it.

use super::{RunError, lock};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where the folder of a run is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// `runs/<study>/<name>-<config hash>-s<seed>/` under the current folder.
    Study {
        /// The name of the study, as a rule that of its program.
        study: String,
        /// A short name within the study, such as the data set.
        name: String,
    },
    /// This folder, whatever the run.
    Exactly(PathBuf),
}

impl Place {
    /// `output` if given, else the run's place within `study`.
    pub fn new(output: Option<&Path>, study: &str, name: &str) -> Self {
        match output {
            Some(folder) => Self::Exactly(folder.to_owned()),
            None => Self::Study { study: study.to_owned(), name: name.to_owned() },
        }
    }

    /// The path of the run folder.
    pub fn path(&self, config_hash: &str, seed: u64) -> PathBuf {
        match self {
            Self::Study { study, name } => Path::new("runs").join(study).join(format!("{name}-{config_hash}-s{seed}")),
            Self::Exactly(folder) => folder.clone(),
        }
    }
}

/// The first eight hexadecimal digits of the SHA-256 of the configuration as TOML.
///
/// # Errors
/// [`RunError::Encode`] if the configuration has no TOML form.
pub fn config_hash(config: &impl Serialize) -> Result<String, RunError> {
    let text = toml::to_string(config).map_err(RunError::encode("the configuration"))?;
    let digest = Sha256::digest(text.as_bytes());
    Ok(format!("{:08x}", u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])))
}

/// What already lies where a run is to go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Occupant {
    Nothing,
    SameRun,
}

/// Decides whether a run with this `config.toml` may go to `path`. Changes nothing.
pub(super) fn occupant(path: &Path, config: &str) -> Result<Occupant, RunError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Occupant::Nothing),
        Err(error) => return Err(RunError::io("look at", path)(error)),
        Ok(metadata) if !metadata.is_dir() => return Err(RunError::NotAFolder { path: path.to_owned() }),
        Ok(_) => {}
    }
    let file = path.join("config.toml");
    match fs::read_to_string(&file) {
        Ok(text) if text == config => Ok(Occupant::SameRun),
        Ok(_) => Err(RunError::OtherRun { path: path.to_owned(), finished: path.join("DONE").exists() }),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let entries = match fs::read_dir(path) {
                Ok(entries) => entries,
                // Another program has just moved it aside.
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Occupant::Nothing),
                Err(error) => return Err(RunError::io("look into", path)(error)),
            };
            // What a run leaves that was killed in its first moment.
            let begun = |name: OsString| name == ".config.toml.tmp" || name == lock::FILE;
            if entries.flatten().all(|entry| begun(entry.file_name())) {
                Ok(Occupant::Nothing)
            } else {
                Err(RunError::NotARun { path: path.to_owned() })
            }
        }
        Err(error) => Err(RunError::io("read", &file)(error)),
    }
}

/// Renames `path` to the first free of `<path>~1`, `<path>~2`, ... and returns the new name.
pub(super) fn move_aside(path: &Path) -> Result<PathBuf, RunError> {
    for number in 1_u64.. {
        let mut name = OsString::from(path.file_name().unwrap_or(path.as_os_str()));
        name.push(format!("~{number}"));
        let aside = path.with_file_name(name);
        if fs::symlink_metadata(&aside).is_err() {
            fs::rename(path, &aside).map_err(RunError::io("move aside", path))?;
            return Ok(aside);
        }
    }
    unreachable!("2^64 folders")
}
