//! Files that exist only whole.

use super::RunError;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

fn temporary(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".tmp");
    path.with_file_name(name)
}

/// Writes `path` through a temporary file beside it and a rename. On failure neither is left, and
/// what `path` held before is untouched.
pub fn write(path: &Path, content: impl FnOnce(&mut BufWriter<File>) -> Result<(), RunError>) -> Result<(), RunError> {
    let aside = temporary(path);
    let written = (|| {
        let mut file = BufWriter::new(File::create(&aside).map_err(RunError::io("create", path))?);
        content(&mut file)?;
        file.flush().map_err(RunError::io("write", path))?;
        file.get_ref().sync_all().map_err(RunError::io("write", path))?;
        drop(file);
        fs::rename(&aside, path).map_err(RunError::io("write", path))
    })();
    if written.is_err() {
        // The first error is the one to tell; a leftover is harmless and is overwritten next time.
        let _ = fs::remove_file(&aside);
    }
    written
}

/// Writes a file through a temporary one beside it and a rename: on failure neither is left, and what was there before
/// is untouched.
///
/// # Errors
/// [`RunError::Io`].
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), RunError> {
    write(path, |file| file.write_all(bytes).map_err(RunError::io("write", path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_bytes(&path, b"old").unwrap();
        let failed = write(&path, |file| {
            file.write_all(b"half").unwrap();
            Err(RunError::Name { name: "x".to_owned() })
        });
        assert!(matches!(failed, Err(RunError::Name { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_write_replaces_the_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_bytes(&path, b"a longer text").unwrap();
        write_bytes(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
