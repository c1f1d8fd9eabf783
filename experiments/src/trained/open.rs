//! From the folder of a run to its model.

use super::{Inputs, Trained};
use crate::cli::{Common, Dataset};
use crate::csc_images::CscImages;
use crate::failure::Failure;
use crate::fista_mnist::FistaMnist;
use crate::gan_mnist::GanMnist;
use crate::lista::{ListaMnist, ListaPatches};
use crate::patches::Patches;
use crate::psd_images::PsdImages;
use crate::training::{Study, StudyConfig, config_of_run};
use crate::vae_mnist::VaeMnist;
use clap::Args;
use latent_layers::LoadOptions;
use latent_train::checkpoint::{self, Identity};
use latent_train::run::RunError;
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

/// A study whose models can be used.
pub(super) trait Usable: Study {
    /// A model of it, with the data of its run.
    fn opened(config: &Self::Config, task: Self::Task, data: Self::Data) -> Opened;
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

type Open = fn(&Run) -> Result<Opened, Failure>;

/// The studies whose models can be used.
const STUDIES: [(&str, Open); 8] = [
    (CscImages::NAME, of_study::<CscImages>),
    (FistaMnist::NAME, of_study::<FistaMnist>),
    (GanMnist::NAME, of_study::<GanMnist>),
    (ListaMnist::NAME, of_study::<ListaMnist>),
    (ListaPatches::NAME, of_study::<ListaPatches>),
    (Patches::NAME, of_study::<Patches>),
    (PsdImages::NAME, of_study::<PsdImages>),
    (VaeMnist::NAME, of_study::<VaeMnist>),
];

impl Run {
    /// The model with the weights that the run ended with, or those of a checkpoint of it.
    ///
    /// # Errors
    /// If it is not the folder of a run, of a study whose models can be used, with weights that fit; if its data set is
    /// not there.
    pub fn open(&self) -> Result<Opened, Failure> {
        let study = study(&self.run)?;
        let known = STUDIES.iter().find(|(name, _)| *name == study);
        let (_, open) = known.ok_or_else(|| {
            let names: Vec<&str> = STUDIES.iter().map(|(name, _)| *name).collect();
            Failure::new(format!("{} is a run of {study}, expected one of {}", self.run.display(), names.join(", ")))
        })?;
        open(self)
    }
}

/// The study that a run is of.
fn study(run: &Path) -> Result<String, Failure> {
    let path = run.join("manifest.json");
    let text = fs::read(&path).map_err(|error| {
        Failure::new(format!("{} is not the folder of a run: cannot read {}: {error}", run.display(), path.display()))
            .help("runs are in runs/STUDY/ unless --output said otherwise")
    })?;
    let manifest: Value = serde_json::from_slice(&text)
        .map_err(|error| Failure::from(RunError::Damaged { path: path.clone(), reason: error.to_string() }))?;
    let study = manifest["study"].as_str();
    Ok(study.ok_or_else(|| Failure::new(format!("{} does not say which study it is of", path.display())))?.to_owned())
}

fn of_study<S: Usable>(of: &Run) -> Result<Opened, Failure> {
    let (text, seed) = config_of_run(&of.run)?;
    let mut config: S::Config = config::read(&text, &[])
        .map_err(|error| Failure::new(format!("{}: {error}", of.run.join("config.toml").display())))?;
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
