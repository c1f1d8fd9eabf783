//! What a study that trains has to say.

use super::Configs;
use crate::cli::Common;
use crate::data::{Loaded, StudyData};
use crate::failure::Failure;
use crate::trained::Opened;
use crate::training::{Evaluation, Preparation, Work};
use crate::{DatasetChoice, DatasetName};
use latent_report as report;
use latent_train::config::{Check, Override, OverrideError, Training};
use latent_train::progress::grouped;
use latent_train::session::{Ended, Session};
use latent_train::{Settings, Source, Trainable};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Write as _;

/// A configuration of a study: everything that its results depend on, beside the seed.
pub trait StudyConfig: Serialize + DeserializeOwned + Default + Check + Send {
    /// Tables whose defaults are the study's own, and not those of their types: what a configuration does not say in one of
    /// them is what the default configuration says.
    const OWN_TABLES: &'static [&'static str] = &["training"];

    /// The data sets that `--dataset` and the key `dataset` choose from; none for a study that has no such key.
    const DATASETS: &'static [DatasetChoice] = &[];

    /// Keys that configurations of earlier versions had and that mean nothing any more: runs that have them stay readable.
    const RETIRED_KEYS: &'static [&'static str] = &[];

    /// Its table `training`.
    fn training(&self) -> &Training;

    /// Its key `dataset`, if it has one. Where that is `auto`, what is found is written there.
    fn dataset(&mut self) -> Option<&mut DatasetName> {
        None
    }

    /// The key that holds samples out of training, and how many are held out now; nothing for a study that has no such
    /// key. Early stopping is refused where there are none.
    fn held_out(&self) -> Option<(&'static str, usize)> {
        None
    }
}

/// A flag that is short for `--set <key>=<value>`.
///
/// ```
/// use latent_study::training::Shorthand;
///
/// let flag = Shorthand { flag: "atoms", key: "atoms", value: "N", values: &[], help: "How many atoms to learn" };
/// assert_eq!(flag.to_set("64"), "atoms=64".parse());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Shorthand {
    /// Its name, without the dashes.
    pub flag: &'static str,
    /// The key of the configuration.
    pub key: &'static str,
    /// What its value is called in the help.
    pub value: &'static str,
    /// All values there are; none listed if it is a number.
    pub values: &'static [&'static str],
    /// What it does, in a line.
    pub help: &'static str,
}

impl Shorthand {
    /// What it is short for.
    ///
    /// # Errors
    /// If the key cannot be one.
    pub fn to_set(&self, value: &str) -> Result<Override, OverrideError> {
        format!("{}={value}", self.key).parse()
    }
}

/// A study that trains: its configuration, its task, its sources of batches, and what is drawn of it.
pub trait Study {
    /// The name of its binary, of its folder under `configs/`, and of that under `runs/`.
    const NAME: &'static str;
    /// What it is, in a line for `--help`.
    const ABOUT: &'static str;
    /// Flags of its own, beside those of every study.
    const SHORTHANDS: &'static [Shorthand] = &[];
    /// Names of final figures that its runs may have, those of validations (`objective, validation`) among them: what a
    /// sweep can rank by. None listed if they are not known before there is a run.
    const FIGURES: &'static [&'static str] = &[];
    /// Whether a run that is interrupted leaves what [`finish`](Self::finish) makes too, beside the checkpoint with which
    /// it can go on. As a rule it does not.
    const FINISHES_WHEN_INTERRUPTED: bool = false;
    /// Its configuration.
    type Config: StudyConfig;
    /// What it learns from and is tested on.
    type Data: StudyData;
    /// What is trained.
    type Task: Trainable;
    /// Where batches come from.
    type Source<'d>: Source<Batch = <Self::Task as Trainable>::Batch>;

    /// Its named configurations; the one called `default` is taken if none is named. As a rule those of a folder of TOML
    /// files, by [`configs!`](crate::configs).
    fn configs() -> Configs {
        Configs::default()
    }

    /// The data, as a rule those of [`data::load`](crate::data::load).
    ///
    /// # Errors
    /// If they cannot be found or read.
    fn data(config: &Self::Config, flags: &Common) -> Result<Loaded<Self::Data>, Failure>;

    /// The model with its losses, initialised from the seed.
    ///
    /// # Errors
    /// If the configuration does not fit the data.
    fn model(config: &Self::Config, data: &Self::Data, seed: u64) -> Result<Self::Task, Failure>;

    /// The model as it is trained, with what only training needs, in every run, also one that goes on.
    ///
    /// # Errors
    /// As [`model`](Self::model); and [`Interrupted`](latent_train::interrupt::Interrupted).
    fn task(config: &Self::Config, data: &Self::Data, seed: u64, _work: &Work) -> Result<Self::Task, Failure> {
        Self::model(config, data, seed)
    }

    /// What is done before the first step of a new run, takes long, and leaves its result in the model; as a rule
    /// nothing. A run that goes on has it from its checkpoint, a model that is opened from its weights, and
    /// `--dry-run` does without.
    fn prepare<'a>(
        _config: &'a Self::Config,
        _task: &'a Self::Task,
        _data: &'a Self::Data,
        _seed: u64,
    ) -> Option<Preparation<'a>> {
        None
    }

    /// Batches to train on.
    ///
    /// # Errors
    /// If there are none.
    fn train<'d>(config: &Self::Config, data: &'d Self::Data, seed: u64) -> Result<Self::Source<'d>, Failure>;

    /// Batches to evaluate while training, if any: of samples that are held out of training, or of the test set.
    ///
    /// # Errors
    /// If there are none.
    fn validation<'d>(
        config: &Self::Config,
        data: &'d Self::Data,
        seed: u64,
    ) -> Result<Option<Evaluation<Self::Source<'d>>>, Failure>;

    /// How each player of the task is trained, if all together make so many steps; or what else makes the steps.
    ///
    /// # Errors
    /// If a setting is out of its domain.
    fn players(
        config: &Self::Config,
        task: &Self::Task,
        steps: u64,
    ) -> Result<<Self::Task as Trainable>::Trainer, Failure>;

    /// The settings of the loop; a study with several players gives their turns.
    fn settings(config: &Self::Config, seed: u64) -> Settings {
        config.training().settings(seed)
    }

    /// The model as `--dry-run` shows it: its parameters, or better [`latent_layers::summary`] of each part.
    ///
    /// # Errors
    /// If the model does not take its input.
    fn describe(_config: &Self::Config, task: &Self::Task) -> Result<String, Failure> {
        let mut table = String::new();
        let mut all = 0;
        for (path, parameter) in task.model().parameters() {
            let tensor = parameter.tensor();
            all += tensor.len();
            let _ = writeln!(table, "{path:<32} {:?}", tensor.shape());
        }
        let _ = writeln!(table, "{} parameters", grouped(all as u64));
        Ok(table)
    }

    /// Attaches pictures, monitors and other observers.
    ///
    /// # Errors
    /// If something cannot be written.
    fn attach<'a>(
        session: Session<'a, Self::Task>,
        _config: &'a Self::Config,
        _data: &'a Self::Data,
    ) -> Result<Session<'a, Self::Task>, Failure> {
        Ok(session)
    }

    /// The model with the images of its run, for the verbs `sample`, `encode` and `reconstruct`; as a rule there is none.
    fn opened(_config: &Self::Config, _task: Self::Task, _data: Self::Data) -> Option<Opened> {
        None
    }

    /// Writes what comes after training, before the run is done: figures, arrays, and final numbers, best as
    /// [`Results`](crate::results::Results). Answers with what the report has beside curves; its figures are printed and
    /// written to `summary.txt`, unless [`publish`](crate::results::Results::publish) has done so.
    ///
    /// # Errors
    /// If something cannot be computed or written.
    fn finish(
        _config: &Self::Config,
        _task: &Self::Task,
        _data: &Self::Data,
        _ended: &Ended,
    ) -> Result<report::Study, Failure> {
        Ok(report::Study::new(Self::NAME, Self::ABOUT))
    }
}
