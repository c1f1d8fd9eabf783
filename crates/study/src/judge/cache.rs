//! Judges that were trained before.

use super::Classifier;
use super::classifier::VERSION;
use crate::failure::Failure;
use crate::training::Work;
use latent_datasets::LabelledImages;
use latent_datasets::named::user_cache;
use latent_train::Snapshot;
use latent_train::Source;
use latent_train::checkpoint::{Checkpoint, CheckpointError, Identity, read};
use latent_train::interrupt::{Interrupt, Interrupted};
use latent_train::sources::Images;
use latent_train::tell::tell;
use sha2::{Digest, Sha256};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder of classifiers that were trained before: a file for each set of images and each version of the classifier,
/// with a checksum in it.
///
/// A file is written under a temporary name and renamed. Of several programs that want the same classifier one trains
/// it, and the others wait.
#[derive(Clone, Debug)]
pub struct Cache(Option<PathBuf>);

/// Between two looks at whether another program is done.
const WAIT: Duration = Duration::from_millis(100);

impl Cache {
    /// `judges` in the user's cache folder; nothing is kept if there is none.
    pub fn of_user() -> Self {
        Self(user_cache().map(|folder| folder.join("judges")))
    }

    /// In this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(Some(folder.into()))
    }

    /// The classifier of these images: the one that is kept, else it is trained and kept. For a dry run it is not
    /// trained, and an untrained one takes its place.
    ///
    /// # Errors
    /// If there are no images or no labels; [`Interrupted`] if somebody asks for the end. What is damaged, and what
    /// cannot be kept, is told and is no error.
    pub fn classifier(&self, images: &LabelledImages, work: &Work) -> Result<Classifier, Failure> {
        let of = Identity { config: format!("judge = {VERSION}\n"), data: Images::in_order(images, 1)?.fingerprint() };
        let Some(file) = self.0.as_ref().map(|folder| folder.join(name(&of))) else {
            return if work.dry_run { Classifier::new(images) } else { Classifier::train(images, &work.interrupt) };
        };
        if let Some(found) = kept(&file, &of, images)? {
            return Ok(found);
        }
        if work.dry_run {
            return Classifier::new(images);
        }
        work.interrupt.check()?;
        let lock = Lock::of(&file, &work.interrupt)?;
        if lock.waited
            && let Some(found) = kept(&file, &of, images)?
        {
            return Ok(found);
        }
        let trained = Classifier::train(images, &work.interrupt)?;
        if let Err(error) = keep(&file, of, &trained) {
            tell(format_args!(
                "note: the judge cannot be kept in {}, and is trained in each run: {error}",
                file.display()
            ));
        }
        Ok(trained)
    }
}

fn name(of: &Identity) -> String {
    let sum = Sha256::digest(format!("{}{}", of.config, of.data));
    let hex = sum[..8].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    format!("v{VERSION}-{hex}.safetensors")
}

/// The classifier in a file, if it is there and sound.
fn kept(file: &Path, of: &Identity, images: &LabelledImages) -> Result<Option<Classifier>, Failure> {
    let checkpoint = match read(file) {
        Ok(checkpoint) => checkpoint,
        Err(CheckpointError::Read { source, .. })
            if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
        {
            return Ok(None);
        }
        Err(error) => return Ok(anew(&error.to_string())),
    };
    let differences = checkpoint.identity.differences(of);
    if let Some(difference) = differences.first() {
        return Ok(anew(&format!("{} is of another judge: {difference}", file.display())));
    }
    let model = Classifier::new(images)?;
    match checkpoint.model.restore(&model) {
        Ok(()) => Ok(Some(model)),
        Err(error) => Ok(anew(&format!("{}: {error}", file.display()))),
    }
}

fn anew(reason: &str) -> Option<Classifier> {
    tell(format_args!("note: {reason}; the judge is trained anew"));
    None
}

fn keep(file: &Path, identity: Identity, model: &Classifier) -> io::Result<()> {
    let checkpoint = Checkpoint {
        identity,
        step: 0,
        validated: None,
        model: Snapshot::of(model),
        players: Vec::new(),
        early: None,
        best: None,
        observers: Vec::new(),
    };
    // Another program may write the same.
    let mut aside = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(Path::new(".")))?;
    aside.write_all(&checkpoint.to_bytes())?;
    aside.as_file().sync_all()?;
    aside.persist(file)?;
    Ok(())
}

/// Held while a classifier is trained; without it where the system has no locks, and then two programs may both train.
struct Lock {
    _file: Option<File>,
    /// Whether another program had it.
    waited: bool,
}

impl Lock {
    fn of(file: &Path, interrupt: &Interrupt) -> Result<Self, Interrupted> {
        let open = || {
            fs::create_dir_all(file.parent()?).ok()?;
            File::create(file.with_extension("lock")).ok()
        };
        let Some(lock) = open() else { return Ok(Self { _file: None, waited: false }) };
        let mut waited = false;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { _file: Some(lock), waited }),
                Err(TryLockError::WouldBlock) => {
                    if !waited {
                        tell("another program trains the judge of samples: waiting for it");
                    }
                    waited = true;
                    interrupt.check()?;
                    std::thread::sleep(WAIT);
                }
                Err(TryLockError::Error(_)) => return Ok(Self { _file: None, waited }),
            }
        }
    }
}
