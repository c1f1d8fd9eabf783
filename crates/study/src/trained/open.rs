//! From the folder of a run to its model.

use super::Opened;
use crate::cli::Common;
use crate::data;
use crate::data::StudyData;
use crate::failure::Failure;
use crate::training::{Study, StudyConfig, config_of_run};
use clap::Args;
use latent_layers::{LoadOptions, Module, StateDictError};
use latent_train::checkpoint::{self, Identity};
use latent_train::run::DataSource;
use latent_train::tell::tell;
use latent_train::{Trainable, config};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

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
    /// its data set is not there. Data of other checksums than those of the run are told.
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

fn of_study<S: Study>(of: &Run) -> Result<Option<Opened>, Failure> {
    let (text, seed) = config_of_run(&of.run, S::Config::RETIRED_KEYS)?;
    let mut config: S::Config = config::read(&text, &[])
        .map_err(|error| Failure::new(format!("{}: {error}", of.run.join("config.toml").display())))?;
    let dataset = config.dataset().cloned().unwrap_or_default();
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
            load(task.model(), &weights)?;
        }
    }
    Ok(S::opened(&config, task, data.splits))
}

/// Loads the weights of a finished run. Runs of autoencoders once kept among them how many steps were made.
fn load(model: &dyn Module, weights: &Path) -> Result<(), StateDictError> {
    const STEPS: &str = "objective.steps";
    match latent_layers::load(model, weights, LoadOptions::default()) {
        Err(StateDictError::Mismatch { faults, .. }) if faults.iter().all(|fault| fault.name == STEPS) => {
            latent_layers::load(model, weights, LoadOptions { allow_unexpected: true, ..LoadOptions::default() })?;
            Ok(())
        }
        other => other.map(drop),
    }
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
