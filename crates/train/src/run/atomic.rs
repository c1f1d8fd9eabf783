//! Files that exist only whole.

use super::RunError;
use latent_numeric::files::WholeFile;
use std::io::Write;
use std::path::Path;

/// Writes `path` through a temporary file beside it and a rename. On failure neither is left, and
/// what `path` held before is untouched.
pub fn write(path: &Path, content: impl FnOnce(&mut WholeFile) -> Result<(), RunError>) -> Result<(), RunError> {
    let mut file = WholeFile::create(path).map_err(RunError::io("create", path))?;
    content(&mut file)?;
    file.finish().map_err(RunError::io("write", path))
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
    use std::fs;

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
}
