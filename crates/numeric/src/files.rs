//! Files that exist only whole.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that is written under a temporary name beside its own and renamed when all of it is there.
///
/// A name that exists therefore holds a whole file, whenever the program is killed. Dropped before
/// [`finish`](Self::finish), it leaves nothing, and what was there before is untouched.
///
/// ```
/// use latent_numeric::files::WholeFile;
/// use std::io::Write;
///
/// # let here = std::env::temp_dir().join(format!("latent-files-{}", std::process::id()));
/// # std::fs::create_dir_all(&here)?;
/// let path = here.join("a.txt");
/// let mut file = WholeFile::create(&path)?;
/// file.write_all(b"all of it")?;
/// assert!(!path.exists());
/// file.finish()?;
/// assert_eq!(std::fs::read(&path)?, b"all of it");
/// # std::fs::remove_dir_all(&here)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct WholeFile {
    path: PathBuf,
    aside: PathBuf,
    file: BufWriter<File>,
    finished: bool,
}

impl WholeFile {
    /// Begins the file; an earlier one of this name stays until [`finish`](Self::finish).
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(".tmp");
        let aside = path.with_file_name(name);
        let file = BufWriter::new(File::create(&aside)?);
        Ok(Self { path: path.to_owned(), aside, file, finished: false })
    }

    /// Writes everything to the disk and gives the file its name.
    ///
    /// # Errors
    /// If the operating system refuses; then there is no file of this name, or the earlier one.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.aside, &self.path)?;
        self.finished = true;
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if !self.finished {
            // The first error is the one to tell; a leftover is harmless and is overwritten next time.
            let _ = fs::remove_file(&self.aside);
        }
    }
}

/// Writes a [`WholeFile`] of these bytes.
///
/// # Errors
/// If the operating system refuses.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = WholeFile::create(path)?;
    file.write_all(bytes)?;
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finished_leaves_the_old_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"a longer old text").unwrap();
        let mut file = WholeFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"a longer old text");
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(write(&folder.path().join("b/a.txt"), b"").unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
