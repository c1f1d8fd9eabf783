//! A training as a run: with a folder, records, checkpoints, and a way to go on.
//!
//! A [`Session`] takes an [`Executor`] and a configuration, makes the run folder or opens that of a run to go on with,
//! and attaches what every training has: console, metrics, TensorBoard, checkpoints, health monitors, interruption.
//! The study adds its pictures and monitors.
//!
//! ```
//! use latent_layers::{Layer, Linear, Module};
//! use latent_datasets::synthetic::strokes;
//! use latent_numeric::random::Stream;
//! use latent_train::config::{Optimizer, Training};
//! use latent_train::run::Place;
//! use latent_train::session::{Options, Resume, Session};
//! use latent_train::sources::{ImageBatch, Images};
//! use latent_train::{Executor, Name, Pass, Task, TaskError, Terms};
//! use serde::Serialize;
//!
//! /// A linear autoencoder.
//! struct Autoencoder(latent_layers::Sequential);
//!
//! impl Task for Autoencoder {
//!     type Batch = ImageBatch;
//!
//!     fn model(&self) -> &dyn Module {
//!         &self.0
//!     }
//!
//!     fn players(&self) -> Vec<(Name, &dyn Module)> {
//!         vec![("autoencoder".into(), &self.0)]
//!     }
//!
//!     fn loss(&self, _: usize, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
//!         let error = (self.0.forward(&batch.x, &mut pass.context)? - &batch.x).square();
//!         Ok(Terms::new(error.sum() / batch.x.shape()[0] as f32, batch.x.shape()[0]))
//!     }
//!
//!     fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
//!         self.loss(0, batch, pass)
//!     }
//! }
//!
//! #[derive(Default, Serialize)]
//! struct Config {
//!     training: Training,
//!     optimizer: Optimizer,
//! }
//!
//! # let here = tempfile::tempdir()?;
//! # let folder = here.path().join("run");
//! let (seed, digits) = (1, strokes::splits(1, 64, 32));
//! let config = Config { training: Training { steps: Some(5), batch_size: 16, ..Training::default() }, ..Config::default() };
//! let (train, test) = (Images::shuffled(&digits.train, 16, seed)?, Images::in_order(&digits.test, 16)?);
//! let mut stream = Stream::new(seed, "initialisation", &[]);
//! let model = latent_layers::Sequential::new().then(Linear::new(784, 8, &mut stream)).then(Linear::new(8, 784, &mut stream));
//! let task = Autoencoder(model);
//! let player = config.optimizer.player(5, &task.0)?;
//! let executor = Executor::new(&task, &train, vec![player], config.training.settings(seed))?.validate(&test);
//! let options = Options {
//!     study: "autoencoder",
//!     place: Place::Exactly(folder.clone()),
//!     resume: Resume::New,
//!     seed,
//!     threads: 1,
//!     data: Vec::new(),
//!     training: &config.training,
//!     interrupt: Default::default(),
//! };
//! let ended = Session::start(executor, &config, options)?.run()?;
//! assert!(ended.is_complete());
//! ended.finish()?;
//! assert!(["metrics.jsonl", "model.safetensors", "checkpoints", "DONE"].iter().all(|name| folder.join(name).exists()));
//! # Ok::<(), TaskError>(())
//! ```

mod ended;
mod error;
mod follow;
mod options;

pub use ended::Ended;
pub use error::SessionError;
pub use follow::follow;
pub use options::{Options, Resume};

use crate::checkpoint::{Checkpoint, CheckpointError, Checkpoints, Identity};
use crate::health::{Divergence, ExplodingGradients, Monitor, Plateau, Warning};
use crate::interrupt::Interrupt;
use crate::observers::{Console, Histograms, Images, Metrics, Records, TensorBoard, Watch};
use crate::run::{Manifest, RunFolder, config_hash, resolved};
use crate::tell::tell;
use crate::{Every, Executor, Observer, Position, StopReason, TaskError, Trainable};
use image::RgbImage;
use serde::Serialize;

/// A training as a run; see the [module](self).
pub struct Session<'a, T: Trainable> {
    executor: Executor<'a, T>,
    records: Records,
    checkpoints: Checkpoints,
    task: &'a T,
    interrupt: Interrupt,
}

impl<'a, T: Trainable> Session<'a, T> {
    /// Makes the folder of a new run, or opens that of one that stopped and takes up its last checkpoint. Of several
    /// processes that train together the first has a session, the others [`follow()`].
    ///
    /// # Errors
    /// If the folder cannot be made or written, or is taken by another run. When going on: if there is no run, it is
    /// finished, it was made with another configuration, seed or data, or none of its checkpoints can be read; nothing
    /// is changed then.
    pub fn start(
        mut executor: Executor<'a, T>,
        config: &impl Serialize,
        options: Options<'_>,
    ) -> Result<Self, SessionError> {
        executor.check()?;
        let Options { study, place, resume, seed, threads, data, training, interrupt } = options;
        let text = resolved(config, seed)?;
        let path = place.path(&config_hash(config)?, seed);
        let is_begun = || path.join("config.toml").exists();
        let goes_on = resume == Resume::Required || (resume == Resume::IfBegun && is_begun());
        let checkpoints = follow::checkpoints(training, &path);
        let identity = Identity { config: text.clone(), data: executor.fingerprint() };
        executor = executor.checkpoints(checkpoints.clone(), identity).interrupt(interrupt.clone());
        let manifest = Manifest { optimizers: executor.describe(), ..Manifest::new(study, threads, data) };
        let (folder, after) = if goes_on {
            // Before the checkpoints are read, so that nobody writes more of them.
            let claim = RunFolder::claim(&path, &text, Some(study))?;
            let checkpoint = last_checkpoint(&checkpoints)?;
            if let Some(checkpoint) = &checkpoint {
                executor.resume(checkpoint)?;
            }
            let after = checkpoint.as_ref().map(|checkpoint| checkpoint.step);
            let (folder, step) = (claim.open(after)?, after.unwrap_or(0));
            folder.resumed(&manifest, step)?;
            follow::lead(&executor, checkpoint.as_ref());
            tell(format_args!("going on in {} after {step} steps", path.display()));
            (folder, Some(step))
        } else {
            let folder = RunFolder::create(&place, config, seed)?;
            if let Some(previous) = folder.previous() {
                tell(format_args!("note: the same run was made before; it is now in {}", previous.display()));
            }
            folder.manifest(&manifest)?;
            follow::lead(&executor, None);
            (folder, None)
        };
        if let Some(holder) = folder.left_by().filter(|holder| !holder.is_here()) {
            tell(format_args!(
                "note: {holder} worked in this folder before and has not come to its end: if it still runs, stop it \
                 there"
            ));
        }
        let records = Records::new(folder, after)?;
        if let Ok(table) = text.parse() {
            records.hyperparameters(&table)?;
        }
        let task = executor.task();
        let several = task.players().len() > 1;
        let every = training.log_every;
        executor = executor
            .observe(Every::Steps(1), Console::new(records.clone(), "training"))
            .observe(Every::Steps(1), Metrics::new(records.clone(), every))
            .observe(Every::Steps(1), TensorBoard::new(records.clone(), every, several));
        if training.histograms_every != Every::Never {
            let histograms = Histograms::new(records.clone(), training.histograms_every, several);
            executor = executor.observe(Every::Steps(1), histograms);
        }
        let session = Self { executor, records, checkpoints, task, interrupt };
        Ok(session
            .monitor(ExplodingGradients::default())
            .monitor(Divergence::new(&training.watch, training.mode))
            .monitor(Plateau::new(&training.watch, training.mode)))
    }

    /// Keeps the pictures that `draw` makes of the model, so often and at the end of training.
    #[must_use]
    pub fn images<F>(self, every: Every, draw: F) -> Self
    where
        F: FnMut(&T, Position) -> Result<Vec<(String, RgbImage)>, TaskError> + 'a,
    {
        let images = Images::new(self.records.clone(), draw);
        self.observe(every, images)
    }

    /// Adds a health monitor, whose warnings go to the console and the metrics.
    #[must_use]
    pub fn monitor(self, monitor: impl Monitor<T> + 'a) -> Self {
        let watch = Watch { records: self.records.clone(), monitor };
        self.observe(Every::Steps(1), watch)
    }

    /// Adds an observer, which is told of steps so often, and of everything else always.
    #[must_use]
    pub fn observe(mut self, every: Every, observer: impl Observer<T> + 'a) -> Self {
        self.executor = self.executor.observe(every, observer);
        self
    }

    /// Tells a warning that was found before training, for example by [`check_support`](crate::health::check_support).
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn warn(&self, monitor: &str, warning: &Warning) -> Result<(), SessionError> {
        self.records.warn(monitor, warning, self.executor.position())?;
        Ok(())
    }

    /// The records of the run, for what the study writes itself.
    pub fn records(&self) -> Records {
        self.records.clone()
    }

    /// How far training has come.
    pub fn position(&self) -> Position {
        self.executor.position()
    }

    /// Trains, and writes `model.safetensors` unless a number was not finite, or training was interrupted before its
    /// first step was prepared.
    ///
    /// # Errors
    /// If a loss cannot be computed or something not be written. Checkpoints that are there stay.
    pub fn run(mut self) -> Result<Ended, SessionError> {
        self.records.begin();
        let outcome = self.executor.run()?;
        let prepared = self.executor.is_prepared();
        if !matches!(outcome.reason, StopReason::NotFinite(_)) && prepared {
            self.records.folder().bytes("model.safetensors", &latent_layers::to_bytes(self.task.model()))?;
        }
        Ok(Ended::new(outcome, self.records, &self.checkpoints, prepared, self.interrupt))
    }
}

/// The last checkpoint that can be read; those that cannot are told. None if none was ever written.
fn last_checkpoint(checkpoints: &Checkpoints) -> Result<Option<Checkpoint>, CheckpointError> {
    match checkpoints.last() {
        Ok((checkpoint, damaged)) => {
            for error in damaged {
                tell(format_args!("note: {error}; going on from the one before"));
            }
            Ok(Some(checkpoint))
        }
        Err(CheckpointError::Missing(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
