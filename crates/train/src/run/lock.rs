//! Who works in a run folder.

use super::{Holder, RunError};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The file that is locked while a program works in a run folder; it says which program that is.
pub(super) const FILE: &str = ".lock";

/// A run folder of one's own, until the value is dropped or the program ends in whatever way.
///
/// The operating system holds the lock for the process and lets go of it when the process is gone, so that one of a
/// program that was killed, or of a machine that was switched off, is none. On file systems without locks the program
/// that the file names is looked for instead: by its number and the moment at which it started, so that another one
/// that got its number is not taken for it. A program on another machine cannot be looked for and counts as running.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    /// The open file is what is locked.
    _file: File,
    /// A program that did not get to remove its file.
    pub stale: Option<Holder>,
}

impl Lock {
    /// Takes the folder, which is there.
    ///
    /// # Errors
    /// [`RunError::Busy`] if another program works in it; [`RunError::Io`].
    pub fn take(folder: &Path) -> Result<Self, RunError> {
        let path = folder.join(FILE);
        loop {
            let mut open = OpenOptions::new();
            let mut file = open
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(RunError::io("open", &path))?;
            let locked = file.try_lock();
            let mut text = String::new();
            // Who it is cannot be read where a lock forbids that too.
            let _ = file.read_to_string(&mut text);
            let there: Option<Holder> = serde_json::from_str(&text).ok();
            let busy = |holder| Err(RunError::Busy { path: folder.to_owned(), holder, lock: path.clone() });
            match locked {
                Err(TryLockError::WouldBlock) => return busy(there),
                // There are no locks here.
                Err(TryLockError::Error(_)) if there.as_ref().is_some_and(Holder::may_run) => return busy(there),
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            // Whoever had it may have removed the file, or moved the folder, between opening and locking.
            if !is_at(&file, &path) {
                continue;
            }
            let this = serde_json::to_vec(&Holder::this()).map_err(RunError::encode(FILE))?;
            file.rewind()
                .and_then(|()| file.set_len(0))
                .and_then(|()| file.write_all(&this))
                .map_err(RunError::io("write", &path))?;
            return Ok(Self { path, _file: file, stale: there });
        }
    }

    /// The folder has another name now.
    pub fn moved(&mut self, folder: &Path) {
        self.path = folder.join(FILE);
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Before the file is closed, which lets go of the lock. One that stays is nobody's.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether this is the file of that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let same = |a: fs::Metadata, b: fs::Metadata| (a.dev(), a.ino()) == (b.dev(), b.ino());
    file.metadata().is_ok_and(|open| fs::metadata(path).is_ok_and(|there| same(open, there)))
}

/// Whether this is the file of that name. A file that is open cannot be moved or replaced.
#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn a_folder_is_one_programs_and_nothing_stays() {
        let here = tempfile::tempdir().unwrap();
        let lock = Lock::take(here.path()).unwrap();
        let Err(RunError::Busy { path, holder: Some(holder), .. }) = Lock::take(here.path()) else { panic!() };
        assert_eq!((path, holder.process), (here.path().to_owned(), std::process::id()));
        assert!(holder.is_here() && holder.may_run());
        drop(lock);
        assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
        assert_eq!(Lock::take(here.path()).unwrap().stale, None);
    }

    #[test]
    fn what_a_killed_program_left_is_nobodys() {
        let here = tempfile::tempdir().unwrap();
        let left = Holder { machine: "another".into(), ..Holder::this() };
        for text in [serde_json::to_string(&left).unwrap(), String::new(), "half a li".to_owned()] {
            fs::write(here.path().join(FILE), &text).unwrap();
            let lock = Lock::take(here.path()).unwrap();
            assert_eq!(lock.stale.clone(), (text.starts_with('{')).then(|| left.clone()));
        }
    }

    #[test]
    fn a_program_is_told_from_one_that_got_its_number() {
        let this = Holder::this();
        assert!(this.may_run());
        assert!(!Holder { started: this.started - 1, ..this.clone() }.may_run(), "started before this one");
        assert!(!Holder { process: u32::MAX - 1, ..this.clone() }.may_run(), "there is no such process");
        assert!(Holder { machine: "another".into(), process: u32::MAX - 1, ..this }.may_run(), "nobody can know");
    }

    #[test]
    fn of_many_that_come_and_go_never_two_are_in_it() {
        let here = tempfile::tempdir().unwrap();
        let (inside, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let Ok(lock) = Lock::take(here.path()) else { continue };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        taken.fetch_add(1, Ordering::SeqCst);
                        thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert!(taken.into_inner() > 0);
    }
}
