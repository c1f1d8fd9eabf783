//! The run folder itself.

use super::lock::Lock;
use super::place::{self, Occupant};
use super::{Holder, Manifest, Place, RunError, arrays, atomic, config_hash, trim};
use crate::checkpoint::Identity;
use image::{ImageFormat, RgbImage};
use ndarray::{ArrayBase, ArrayView2, Data, Dimension};
use ndarray_npy::WritableElement;
use serde::Serialize;
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Cursor, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};
use toml::Table;

/// The folder of one run; see the [module](super).
///
/// ```
/// use latent_train::run::{Manifest, Place, RunFolder};
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct Config { atoms: usize, lambda: f64 }
///
/// # let here = tempfile::tempdir().unwrap();
/// # let output = here.path().join("out");
/// let place = Place::new(Some(&output), "fista_mnist", "mnist");
/// let mut run = RunFolder::create(&place, &Config { atoms: 256, lambda: 0.1 }, 0)?;
/// run.manifest(&Manifest::new("fista_mnist", 2, Vec::new()))?;
/// run.metric(&serde_json::json!({ "epoch": 1, "objective": 5.2 }))?;
/// run.npy("dictionary.npy", &ndarray::Array2::<f32>::zeros((784, 256)))?;
/// run.finish()?;
/// assert!(output.join("DONE").exists());
/// # Ok::<(), latent_train::run::RunError>(())
/// ```
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    previous: Option<PathBuf>,
    metrics: File,
    /// Lines of metrics.
    lines: u64,
    lock: Lock,
}

impl RunFolder {
    /// Makes the folder and writes `config.toml`: the seed and the configuration.
    ///
    /// The configuration holds what the results depend on and nothing else (no thread count, no
    /// paths), because its hash names the folder. A folder of the same configuration and seed,
    /// finished or not, is moved aside ([`previous`](Self::previous)).
    ///
    /// # Errors
    /// [`RunError::NotAFolder`], [`RunError::NotARun`], [`RunError::OtherRun`] if the place is taken;
    /// [`RunError::Busy`] if another program works in it; [`RunError::Encode`] if the configuration is no TOML table or
    /// has a field `seed`; [`RunError::Io`].
    pub fn create(place: &Place, config: &impl Serialize, seed: u64) -> Result<Self, RunError> {
        let path = place.path(&config_hash(config)?, seed);
        let text = resolved(config, seed)?;
        let (lock, previous) = Self::make_room(&path, &text)?;
        // The configuration first: it makes the folder that of a run, whenever the program is killed.
        atomic::write_bytes(&path.join("config.toml"), text.as_bytes())?;
        let metrics = Self::open(&path)?;
        Ok(Self { path, previous, metrics, lines: 0, lock })
    }

    /// A folder that holds nothing and is this program's, and where the run that was in it has gone.
    fn make_room(path: &Path, config: &str) -> Result<(Lock, Option<PathBuf>), RunError> {
        let mut previous = None;
        loop {
            match place::occupant(path, config)? {
                Occupant::Nothing => {
                    fs::create_dir_all(path).map_err(RunError::io("create the folder", path))?;
                    let Some(lock) = Self::lock(path)? else { continue };
                    // Another program may have made a run of it meanwhile, and left.
                    if place::occupant(path, config)? == Occupant::Nothing {
                        return Ok((lock, previous));
                    }
                }
                Occupant::SameRun => {
                    // Nobody's work is moved away under his hands.
                    let Some(mut lock) = Self::lock(path)? else { continue };
                    let aside = place::move_aside(path)?;
                    lock.moved(&aside);
                    previous = Some(aside);
                }
            }
        }
    }

    /// The lock of a folder; none if it is gone, as another program has just moved it aside.
    fn lock(path: &Path) -> Result<Option<Lock>, RunError> {
        match Lock::take(path) {
            Err(RunError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            taken => taken.map(Some),
        }
    }

    /// Makes what else the folder has, and opens the metrics.
    fn open(path: &Path) -> Result<File, RunError> {
        let images = path.join("images");
        fs::create_dir_all(&images).map_err(RunError::io("create the folder", &images))?;
        let file = path.join("metrics.jsonl");
        OpenOptions::new().append(true).create(true).open(&file).map_err(RunError::io("open", &file))
    }

    /// Opens the folder of a run that stopped, to be resumed after so many steps.
    ///
    /// Lines of `metrics.jsonl` that are of later steps, not whole, or of the end of a run are removed.
    ///
    /// # Errors
    /// [`RunError::NoRun`] if there is none, [`RunError::Finished`] if it has its `DONE`, [`RunError::Differs`] if it
    /// was made with another configuration or seed, with what differs; [`RunError::Busy`] if another program works in
    /// it; [`RunError::Encode`], [`RunError::Io`].
    pub fn resume(path: &Path, config: &impl Serialize, seed: u64, after: Option<u64>) -> Result<Self, RunError> {
        Self::claim(path, &resolved(config, seed)?, None)?.open(after)
    }

    /// Takes the folder of a run of this `config.toml` and this study, which is to go on, and changes nothing else
    /// there.
    pub(crate) fn claim(path: &Path, config: &str, study: Option<&str>) -> Result<Claim, RunError> {
        // What is no run gets no lock, and a run may have come to its end before there was one.
        Self::check_resumable(path, config, study)?;
        let lock = Lock::take(path)?;
        Self::check_resumable(path, config, study)?;
        Ok(Claim { path: path.to_owned(), lock })
    }

    /// Whether a run of this `config.toml` could go on there. Changes nothing.
    fn check_resumable(path: &Path, config: &str, study: Option<&str>) -> Result<(), RunError> {
        let file = path.join("config.toml");
        let then = fs::read_to_string(&file).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => RunError::NoRun { path: path.to_owned() },
            _ => RunError::io("read", &file)(error),
        })?;
        if let Err(error) = then.parse::<Table>() {
            return Err(RunError::Damaged { path: file, reason: error.to_string() });
        }
        if let (Some(study), Some(other)) = (study, Manifest::study_of(path))
            && study != other
        {
            return Err(RunError::OtherStudy { path: path.to_owned(), study: other });
        }
        let identity = |config: &str| Identity { config: config.to_owned(), data: String::new() };
        let differences = identity(&then).differences(&identity(config));
        if !differences.is_empty() {
            return Err(RunError::Differs { path: path.to_owned(), differences });
        }
        if path.join("DONE").exists() {
            return Err(RunError::Finished { path: path.to_owned() });
        }
        Ok(())
    }

    /// The path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path that an earlier run of the same configuration and seed was moved to, if there was one.
    pub fn previous(&self) -> Option<&Path> {
        self.previous.as_deref()
    }

    /// The path of the file `name`, which may lie in subfolders; they are made.
    fn file(&self, name: &str) -> Result<PathBuf, RunError> {
        let relative = Path::new(name);
        if name.is_empty() || relative.components().any(|part| !matches!(part, Component::Normal(_))) {
            return Err(RunError::Name { name: name.to_owned() });
        }
        let file = self.path.join(relative);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(RunError::io("create the folder", folder))?;
        }
        Ok(file)
    }

    /// Writes `manifest.json`.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn manifest(&self, manifest: &Manifest) -> Result<(), RunError> {
        self.json("manifest.json", manifest)
    }

    /// Appends one line to `metrics.jsonl`. JSON has no infinity or NaN: they become `null`.
    ///
    /// # Errors
    /// [`RunError::Encode`], [`RunError::Io`].
    pub fn metric(&mut self, metric: &impl Serialize) -> Result<(), RunError> {
        let mut line = serde_json::to_vec(metric).map_err(RunError::encode("a metric"))?;
        line.push(b'\n');
        // One system call a line: a killed run leaves no half line behind.
        self.metrics.write_all(&line).map_err(RunError::io("write", &self.path.join("metrics.jsonl")))?;
        self.lines += 1;
        Ok(())
    }

    /// Lines of `metrics.jsonl`.
    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    /// The program that worked in the folder before and was killed, if there was one.
    pub fn left_by(&self) -> Option<&Holder> {
        self.lock.stale.as_ref()
    }

    /// Writes a value as an indented JSON file.
    ///
    /// # Errors
    /// [`RunError::Name`], [`RunError::Encode`], [`RunError::Io`].
    pub fn json(&self, name: &str, value: &impl Serialize) -> Result<(), RunError> {
        let mut text = serde_json::to_vec_pretty(value).map_err(RunError::encode(name))?;
        text.push(b'\n');
        self.bytes(name, &text)
    }

    /// Writes an array as `.npy`, rows contiguous.
    ///
    /// # Errors
    /// [`RunError::Name`], [`RunError::Io`].
    pub fn npy<S, D>(&self, name: &str, array: &ArrayBase<S, D>) -> Result<(), RunError>
    where
        S: Data,
        S::Elem: WritableElement + Clone,
        D: Dimension,
    {
        arrays::write_npy(&self.file(name)?, array)
    }

    /// Writes named matrices and string metadata as safetensors.
    ///
    /// # Errors
    /// [`RunError::Name`], [`RunError::Encode`], [`RunError::Io`].
    pub fn safetensors(
        &self,
        name: &str,
        arrays: &[(&str, ArrayView2<'_, f32>)],
        metadata: &[(&str, String)],
    ) -> Result<(), RunError> {
        let metadata: HashMap<_, _> = metadata.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        arrays::write_safetensors(&self.file(name)?, arrays, metadata)
    }

    /// Writes `images/<name>.png`.
    ///
    /// # Errors
    /// [`RunError::Name`], [`RunError::Encode`], [`RunError::Io`].
    pub fn image(&self, name: &str, image: &RgbImage) -> Result<(), RunError> {
        let name = format!("images/{name}.png");
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, ImageFormat::Png).map_err(RunError::encode(&name))?;
        self.bytes(&name, png.get_ref())
    }

    /// Writes these bytes as a file.
    ///
    /// # Errors
    /// [`RunError::Name`], [`RunError::Io`].
    pub fn bytes(&self, name: &str, bytes: &[u8]) -> Result<(), RunError> {
        atomic::write_bytes(&self.file(name)?, bytes)
    }

    /// Writes `DONE`, by which the run is complete, and returns the folder.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn finish(self) -> Result<PathBuf, RunError> {
        self.done()?;
        Ok(self.path)
    }

    /// Writes `DONE`.
    pub(crate) fn done(&self) -> Result<(), RunError> {
        self.metrics.sync_all().map_err(RunError::io("write", &self.path.join("metrics.jsonl")))?;
        atomic::write_bytes(&self.path.join("DONE"), b"")
    }

    /// Notes in `manifest.json` that the run was resumed after so many steps, and on what machine.
    ///
    /// # Errors
    /// [`RunError::Damaged`] if what is there is no manifest; [`RunError::Io`].
    pub fn resumed(&self, manifest: &Manifest, step: u64) -> Result<(), RunError> {
        let path = self.path.join("manifest.json");
        let what = path.display().to_string();
        let mut first: serde_json::Value = match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text)
                .map_err(|error| RunError::Damaged { path: path.clone(), reason: error.to_string() })?,
            // Killed before it was written.
            Err(error) if error.kind() == ErrorKind::NotFound => return self.manifest(manifest),
            Err(error) => return Err(RunError::io("read", &path)(error)),
        };
        let mut now = serde_json::to_value(manifest).map_err(RunError::encode(&what))?;
        now["step"] = step.into();
        match &mut first["resumed"] {
            serde_json::Value::Array(earlier) => earlier.push(now),
            other => *other = vec![now].into(),
        }
        self.json("manifest.json", &first)
    }
}

/// The folder of a run that is to go on, which no other program can take.
pub(crate) struct Claim {
    path: PathBuf,
    lock: Lock,
}

impl Claim {
    /// The run after so many steps, or from its beginning if it has no checkpoint.
    pub fn open(self, after: Option<u64>) -> Result<RunFolder, RunError> {
        let Self { path, lock } = self;
        let lines = trim::trim(&path.join("metrics.jsonl"), after)?;
        let metrics = RunFolder::open(&path)?;
        Ok(RunFolder { path, previous: None, metrics, lines, lock })
    }
}

/// `config.toml`: the seed first, then the configuration.
pub(crate) fn resolved(config: &impl Serialize, seed: u64) -> Result<String, RunError> {
    let what = "the configuration";
    let mut table = Table::try_from(config).map_err(RunError::encode(what))?;
    let seed = i64::try_from(seed).map_err(|_| {
        RunError::encode(what)(format!("the seed {seed} does not fit a TOML integer; the largest is {}", i64::MAX))
    })?;
    if table.insert("seed".to_owned(), seed.into()).is_some() {
        return Err(RunError::encode(what)("it has a field `seed`, which is given apart from it"));
    }
    toml::to_string(&table).map_err(RunError::encode(what))
}
