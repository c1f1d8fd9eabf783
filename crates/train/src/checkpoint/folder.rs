//! The checkpoints of a run.

use super::{Checkpoint, CheckpointError};
use crate::Every;
use crate::run::atomic;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The folder in which a run keeps its checkpoints: how often one is written, and how many are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoints {
    /// The folder; it is made if it is not there.
    pub folder: PathBuf,
    /// How often a checkpoint is written; one always is at the end of training.
    pub every: Every,
    /// How many of the last checkpoints are kept, at least one. The best one is kept as well.
    pub keep: usize,
}

const LAST: &str = "step-";
const BEST: &str = "best-";

impl Checkpoints {
    /// Checkpoints in this folder after every epoch, of which the last two and the best are kept.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), every: Every::Epochs(1), keep: 2 }
    }

    /// Writes a checkpoint, then removes those that are no longer to be kept.
    ///
    /// # Errors
    /// If it cannot be written, or has weights that are not finite. Those that are there stay then.
    pub fn write(&self, checkpoint: &Checkpoint) -> Result<PathBuf, CheckpointError> {
        self.write_as(LAST, checkpoint, self.keep.max(1))
    }

    /// Writes the best checkpoint so far, replacing the one before.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_best(&self, checkpoint: &Checkpoint) -> Result<PathBuf, CheckpointError> {
        self.write_as(BEST, checkpoint, 1)
    }

    fn write_as(&self, kind: &str, checkpoint: &Checkpoint, keep: usize) -> Result<PathBuf, CheckpointError> {
        if let Some((path, _)) = checkpoint.model.entries().iter().find(|(_, value)| !value.is_finite()) {
            return Err(CheckpointError::NotFinite(path.clone()));
        }
        fs::create_dir_all(&self.folder).map_err(crate::run::RunError::io("create the folder", &self.folder))?;
        let path = self.named(kind, checkpoint.step);
        atomic::write_bytes(&path, &checkpoint.to_bytes())?;
        let mut written = self.list(kind)?;
        written.retain(|other| *other != path);
        for old in written.iter().rev().skip(keep - 1) {
            // What cannot be removed is in nobody's way.
            let _ = fs::remove_file(old);
        }
        Ok(path)
    }

    /// The path of the checkpoint after so many steps.
    pub fn path(&self, step: u64) -> PathBuf {
        self.named(LAST, step)
    }

    fn named(&self, kind: &str, step: u64) -> PathBuf {
        self.folder.join(format!("{kind}{step:012}.safetensors"))
    }

    /// Reads the last checkpoint that can be read; with it comes what was wrong with later ones.
    ///
    /// # Errors
    /// If there is none.
    pub fn last(&self) -> Result<(Checkpoint, Vec<CheckpointError>), CheckpointError> {
        self.last_before(u64::MAX)
    }

    /// Reads the last checkpoint of fewer steps than these that can be read; with it comes what was wrong with later
    /// ones.
    ///
    /// # Errors
    /// If there is none.
    pub fn last_before(&self, step: u64) -> Result<(Checkpoint, Vec<CheckpointError>), CheckpointError> {
        let mut damaged = Vec::new();
        for path in self.list(LAST)?.iter().rev() {
            match read(path) {
                Ok(checkpoint) if checkpoint.step >= step => {}
                Ok(checkpoint) => return Ok((checkpoint, damaged)),
                Err(error) => damaged.push(error),
            }
        }
        Err(damaged.into_iter().next().unwrap_or_else(|| CheckpointError::Missing(self.folder.clone())))
    }

    /// The files of a kind, oldest first.
    fn list(&self, kind: &str) -> Result<Vec<PathBuf>, CheckpointError> {
        let failed = |source| CheckpointError::Read { path: self.folder.clone(), source };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(kind) && name.ends_with(".safetensors") {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }
}

/// Reads a checkpoint from a file.
///
/// # Errors
/// If it cannot be read, or is not whole.
pub fn read(path: &Path) -> Result<Checkpoint, CheckpointError> {
    let bytes = fs::read(path).map_err(|source| CheckpointError::Read { path: path.to_owned(), source })?;
    Checkpoint::from_bytes(&bytes).map_err(|reason| CheckpointError::Damaged { path: path.to_owned(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::file::tests::example;

    #[test]
    fn the_last_ones_and_the_best_stay() {
        let here = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(here.path().join("checkpoints"));
        assert!(matches!(checkpoints.last(), Err(CheckpointError::Missing(_))));
        for step in [1, 2, 30, 4] {
            checkpoints.write(&example(step)).unwrap();
            checkpoints.write_best(&example(step)).unwrap();
        }
        let mut names: Vec<_> = fs::read_dir(&checkpoints.folder).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(
            names,
            ["best-000000000004.safetensors", "step-000000000004.safetensors", "step-000000000030.safetensors"]
        );
    }

    #[test]
    fn a_damaged_one_gives_way_to_the_one_before() {
        let here = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(here.path());
        checkpoints.write(&example(1)).unwrap();
        let second = checkpoints.write(&example(2)).unwrap();
        let whole = fs::read(&second).unwrap();
        fs::write(&second, &whole[..whole.len() / 2]).unwrap();
        let (found, damaged) = checkpoints.last().unwrap();
        assert_eq!((found.step, damaged.len()), (1, 1));
        assert!(damaged[0].to_string().contains("step-000000000002.safetensors is damaged"), "{}", damaged[0]);
    }

    #[test]
    fn nothing_that_is_not_finite_is_written() {
        let here = tempfile::tempdir().unwrap();
        let checkpoints = Checkpoints::new(here.path());
        let mut bad = example(1);
        let nan = latent_tensor::Tensor::constant(ndarray::array![f32::NAN]);
        bad.model = crate::early_stopping::Snapshot::new(vec![("a".into(), latent_layers::SlotValue::Tensor(nan))]);
        assert!(matches!(checkpoints.write(&bad), Err(CheckpointError::NotFinite(path)) if path == "a"));
        assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
    }
}
