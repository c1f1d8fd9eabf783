//! Where a run's records go.

use super::event_file::{EventFile, Value};
use super::hyperparameters;
use crate::Position;
use crate::health::Warning;
use crate::progress::Progress;
use crate::run::{RunError, RunFolder};
use crate::tell::tell;
use image::{ImageFormat, RgbImage};
use serde::Deserialize;
use serde_json::json;
use std::cell::{Ref, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::rc::Rc;
use std::time::Instant;

/// The run folder, the event file and the console of a run, shared by its observers. Clones are the same.
#[derive(Clone, Debug)]
pub struct Records(Rc<RefCell<Inner>>);

#[derive(Debug)]
struct Inner {
    folder: RunFolder,
    events: EventFile,
    progress: Option<Progress>,
    start: Instant,
    earlier: Earlier,
}

/// What the kept lines of metrics say about the part of the run before.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Earlier {
    pub seconds: f64,
    /// Monitors that have warned.
    pub warned: BTreeSet<String>,
    /// The last step of each player that was logged.
    pub logged: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Line {
    seconds: Option<f64>,
    monitor: Option<String>,
    player: Option<String>,
    #[serde(default)]
    step: u64,
}

impl Earlier {
    fn of(metrics: &str) -> Self {
        let mut earlier = Self::default();
        for line in metrics.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
            earlier.seconds = line.seconds.unwrap_or(0.0).max(earlier.seconds);
            earlier.warned.extend(line.monitor);
            earlier.logged.extend(line.player.map(|player| (player, line.step)));
        }
        earlier
    }
}

impl Records {
    /// Opens the records of this run, which goes on after so many steps if it is not new.
    ///
    /// # Errors
    /// If a file cannot be made or read.
    pub fn new(folder: RunFolder, after: Option<u64>) -> Result<Self, RunError> {
        let events = EventFile::create(folder.path(), after)?;
        let path = folder.path().join("metrics.jsonl");
        let metrics = std::fs::read_to_string(&path).map_err(RunError::io("read", &path))?;
        let inner = Inner { folder, events, progress: None, start: Instant::now(), earlier: Earlier::of(&metrics) };
        Ok(Self(Rc::new(RefCell::new(inner))))
    }

    /// The run folder, in which a study may write other files.
    pub fn folder(&self) -> Ref<'_, RunFolder> {
        Ref::map(self.0.borrow(), |inner| &inner.folder)
    }

    /// Seconds of training so far, those before resumptions among them.
    pub fn seconds(&self) -> f64 {
        let inner = self.0.borrow();
        inner.earlier.seconds + inner.start.elapsed().as_secs_f64()
    }

    /// Starts the clock.
    pub(crate) fn begin(&self) {
        self.0.borrow_mut().start = Instant::now();
    }

    /// Appends a line to `metrics.jsonl`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn metric(&self, line: &serde_json::Value) -> Result<(), RunError> {
        self.0.borrow_mut().folder.metric(line)
    }

    /// Writes a point of each of these curves for TensorBoard, under their tags.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn scalars(&self, step: u64, scalars: &[(String, f64)]) -> Result<(), RunError> {
        let values: Vec<_> = scalars.iter().map(|(tag, value)| (tag, Value::Scalar(*value))).collect();
        self.values(step, &values)
    }

    /// Writes values of any kind for TensorBoard, under their tags.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn values(&self, step: u64, values: &[(impl AsRef<str>, Value<'_>)]) -> Result<(), RunError> {
        self.0.borrow_mut().events.write(step, values)
    }

    /// The configuration, for TensorBoard's page of hyperparameters.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn hyperparameters(&self, config: &toml::Table) -> Result<(), RunError> {
        let (tag, metadata) = hyperparameters::start(config);
        self.values(0, &[(tag, Value::Metadata(&metadata))])
    }

    /// Writes the final figures, `final/<name>`, for TensorBoard and its page of hyperparameters; those that are not
    /// finite are left out.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn final_figures(&self, step: u64, figures: &[(String, f64)]) -> Result<(), RunError> {
        let finite = figures.iter().filter(|(_, value)| value.is_finite());
        let named: Vec<_> = finite.map(|(name, value)| (format!("final/{name}"), *value)).collect();
        self.scalars(step, &named)?;
        let (tag, metadata) = hyperparameters::end();
        self.values(step, &[(tag, Value::Metadata(&metadata))])
    }

    /// Writes a picture of this step: the newest is `images/<name>.png`, each is `images/<name>/step-<step>.png` and is
    /// shown by TensorBoard.
    ///
    /// # Errors
    /// If it cannot be written, or the name is no path inside the folder.
    pub fn image(&self, name: &str, step: u64, image: &RgbImage) -> Result<(), RunError> {
        let mut png = Cursor::new(Vec::new());
        image.write_to(&mut png, ImageFormat::Png).map_err(RunError::encode(name))?;
        let bytes = png.get_ref();
        let inner = &mut *self.0.borrow_mut();
        inner.folder.bytes(&format!("images/{name}/step-{step:012}.png"), bytes)?;
        inner.folder.bytes(&format!("images/{name}.png"), bytes)?;
        inner.events.write(step, &[(name, Value::Png { height: image.height(), width: image.width(), bytes })])
    }

    /// Tells a warning on the console and in the metrics, once a run for each monitor; whether it was the first.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn warn(&self, monitor: &str, warning: &Warning, at: Position) -> Result<bool, RunError> {
        if !self.0.borrow_mut().earlier.warned.insert(monitor.to_owned()) {
            return Ok(false);
        }
        let Warning { message, remedy } = warning;
        self.say(&format!("warning: {message}\n  remedy: {remedy}"));
        let line = json!({
            "kind": "health", "step": at.step, "monitor": monitor, "message": message, "remedy": remedy,
        });
        self.metric(&line)?;
        Ok(true)
    }

    /// Prints a line on the console, above the progress bar if there is one.
    pub fn say(&self, line: &str) {
        match &self.0.borrow().progress {
            Some(progress) => progress.line(line),
            None => tell(line),
        }
    }

    /// With the bar, if there is one.
    pub(super) fn with_progress(&self, work: impl FnOnce(&mut Option<Progress>)) {
        work(&mut self.0.borrow_mut().progress);
    }

    pub(super) fn logged(&self) -> BTreeMap<String, u64> {
        self.0.borrow().earlier.logged.clone()
    }
}
