//! From the folder of a run to its model.

use super::{Inputs, Trained};
use crate::cli::{Common, Dataset};
use crate::failure::Failure;
use crate::training::{Study, StudyConfig, config_of_run};
use clap::Args;
use latent_layers::LoadOptions;
use latent_train::checkpoint::{self, Identity};
use latent_train::{Trainable, config};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A trained model, and the images that its run was about.
pub struct Opened {
    /// The model.
    pub model: Box<dyn Trained>,
    /// The images.
    pub images: Box<dyn Inputs>,
}

impl Opened {
    /// A model and the images of its run.
    pub fn new(model: impl Trained + 'static, images: impl Inputs + 'static) -> Self {
        Self { model: Box::new(model), images: Box::new(images) }
    }
}

/// Which run, and where its images lie.
#[derive(Args, Clone, Debug)]
pub struct Run {
    /// The folder of the run
    #[arg(value_name = "RUN_DIR")]
    pub run: PathBuf,

    /// The weights of a checkpoint, in the place of those that the run ended with
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,

    /// Where the data sets lie, as for the study
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

impl Run {
    /// The model with the weights that the run ended with, or those of a checkpoint of it.
    ///
    /// # Errors
    /// If it is not the folder of a run of the study, with weights that fit; if the models of the study cannot be used so; if
    /// its data set is not there.
    pub fn open<S: Study>(&self) -> Result<Opened, Failure> {
        let (study, run) = (self.study()?, self.run.display());
        if study != S::NAME {
            return Err(Failure::new(format!("{run} is a run of {study}, and this program is that of {}", S::NAME))
                .help(format!("use the program {study}")));
        }
        let opened = of_study::<S>(self)?;
        opened.ok_or_else(|| {
            Failure::new(format!("{run} is a run of {study}, whose models draw no samples and encode no images"))
        })
    }

    /// The name of the study that the run is of, from its manifest.
    ///
    /// # Errors
    /// If it is not the folder of a run.
    pub fn study(&self) -> Result<String, Failure> {
        study(&self.run)
    }
}

/// The study that a run is of.
fn study(run: &Path) -> Result<String, Failure> {
    let path = run.join("manifest.json");
    let text = fs::read(&path).map_err(|error| {
        Failure::new(format!("{} is not the folder of a run: cannot read {}: {error}", run.display(), path.display()))
            .help("runs are in runs/STUDY/ unless --output said otherwise")
    })?;
    let manifest: Value = serde_json::from_slice(&text)?;
    let study = manifest["study"].as_str();
    Ok(study.ok_or_else(|| Failure::new(format!("{} does not say which study it is of", path.display())))?.to_owned())
}

fn of_study<S: Study>(of: &Run) -> Result<Option<Opened>, Failure> {
    let (text, seed) = config_of_run(&of.run)?;
    let mut config: S::Config = config::read(&text, &[])?;
    let dataset: Dataset = *config.dataset();
    let data = S::data(&config, &Common { dataset, data_dir: of.data_dir.clone(), seed, threads: 0, output: None })?;
    let task = S::model(&config, &data.splits, seed)?;
    match &of.checkpoint {
        Some(path) => {
            let checkpoint = checkpoint::read(path)?;
            let here =
                Identity { config: fs::read_to_string(of.run.join("config.toml"))?, ..checkpoint.identity.clone() };
            let differences = checkpoint.identity.differences(&here);
            if !differences.is_empty() {
                let differences = differences.iter().fold(String::new(), |list, line| list + "\n  " + line);
                let (path, run) = (path.display(), of.run.display());
                return Err(Failure::new(format!("{path} is no checkpoint of the run in {run}:{differences}")));
            }
            // The number of steps is for schedules, which nothing goes by here.
            let trainer = S::players(&config, &task, 1)?;
            checkpoint.leave_weights(&task, trainer).map_err(|error| Failure::new(error.to_string()))?;
        }
        None => {
            let weights = of.run.join("model.safetensors");
            if !weights.exists() {
                return Err(Failure::new(format!("there is no {}: the run has not ended", weights.display())).help(
                    format!("go on with it: {} --resume {}; or name one of its checkpoints", S::NAME, of.run.display()),
                ));
            }
            latent_layers::load(task.model(), weights, LoadOptions::default())?;
        }
    }
    Ok(S::opened(&config, task, data.splits))
}
