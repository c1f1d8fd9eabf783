//! From the folder of a run to its model.

use super::{Inputs, Trained};
use crate::cli::{Common, Dataset};
use crate::csc_images::CscImages;
use crate::data::{self, DataSet};
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
use latent_train::run::DataSource;
use latent_train::tell::tell;
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
    /// not there. Data of other checksums than those of the run are told.
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

/// What a run's `manifest.json` says.
fn manifest(run: &Path) -> Result<Value, Failure> {
    let path = run.join("manifest.json");
    let text = fs::read(&path).map_err(|error| {
        Failure::new(format!("{} is not the folder of a run: cannot read {}: {error}", run.display(), path.display()))
            .help("runs are in runs/STUDY/ unless --output said otherwise")
    })?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::new(format!("cannot read {} as JSON: {error}", path.display())))
}

/// The study that a run is of.
fn study(run: &Path) -> Result<String, Failure> {
    let manifest = manifest(run)?;
    let path = run.join("manifest.json");
    let study = manifest["study"].as_str();
    Ok(study.ok_or_else(|| Failure::new(format!("{} does not say which study it is of", path.display())))?.to_owned())
}

/// Where the data that were found are others than those of the run, by the checksums of its manifest; generated ones
/// by how they were made.
fn differences(manifest: &Value, found: &[DataSource]) -> Vec<String> {
    let of_run = |name: &str| manifest["data"].as_array()?.iter().find(|source| source["name"] == name);
    let told = |found: &DataSource| {
        let Some(run) = of_run(&found.name) else {
            return Some(format!("the run had no data called {}, which were found in {}", found.name, found.origin));
        };
        let run_sums = run["sha256"].as_object();
        if found.sha256.is_empty() && run_sums.is_none_or(serde_json::Map::is_empty) {
            let origin = run["origin"].as_str().unwrap_or_default();
            return (origin != found.origin)
                .then(|| format!("{} of the run is {origin}, here it is {}", found.name, found.origin));
        }
        let sum = |file: &str| run_sums?.get(file)?.as_str();
        let other = found.sha256.iter().find(|(file, sha256)| sum(file) != Some(sha256.as_str()));
        let missing = || run_sums?.keys().find(|file| !found.sha256.contains_key(*file));
        let (file, now) = match other {
            Some((file, now)) => (file, now.as_str()),
            None => (missing()?, "not there"),
        };
        let then = sum(file).unwrap_or("not there");
        Some(format!(
            "{} are not those of the run: {file} in {} has the SHA-256 {now}, that of the run {then}",
            found.name, found.origin
        ))
    };
    found.iter().filter_map(told).collect()
}

fn of_study<S: Usable>(of: &Run) -> Result<Opened, Failure> {
    let (text, seed) = config_of_run(&of.run)?;
    let mut config: S::Config = config::read(&text, &[])?;
    let dataset: Dataset = *config.dataset();
    let flags = Common { dataset, data_dir: of.data_dir.clone(), seed, threads: 0, output: None };
    data::check_folder(&flags)?;
    let data = S::data(&config, &flags)?;
    for difference in differences(&manifest(&of.run)?, &data.splits.sources()) {
        tell(format_args!("note: {difference}"));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn data_of_other_checksums_are_told() {
        let source = |name: &str, origin: &str, sums: &[(&str, &str)]| DataSource {
            name: name.into(),
            origin: origin.into(),
            sha256: sums.iter().map(|&(file, sum)| (file.to_owned(), sum.to_owned())).collect(),
        };
        let of_run =
            [source("mnist/train", "a/x", &[("x", "00"), ("y", "11")]), source("strokes/test", "drawn, seed 3", &[])];
        let manifest = json!({ "data": of_run });
        assert_eq!(differences(&manifest, &of_run), Vec::<String>::new());
        // Another folder with the same files.
        assert!(differences(&manifest, &[source("mnist/train", "b/x", &[("x", "00"), ("y", "11")])]).is_empty());
        let told = |found: DataSource| differences(&manifest, &[found]).join("");
        assert_eq!(
            told(source("mnist/train", "b/x", &[("x", "00"), ("y", "22")])),
            "mnist/train are not those of the run: y in b/x has the SHA-256 22, that of the run 11"
        );
        assert!(told(source("mnist/train", "b", &[("x", "00")])).contains("y in b has the SHA-256 not there"));
        assert!(
            told(source("strokes/test", "drawn, seed 4", &[])).contains("is drawn, seed 3, here it is drawn, seed 4")
        );
        assert!(told(source("bsds/test", "c", &[])).contains("the run had no data called bsds/test"));
    }
}
