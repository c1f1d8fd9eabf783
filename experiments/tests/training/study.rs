//! The way of a study that trains, on one that takes a moment.

use clap::Parser;
use latent_datasets::{Splits, synthetic::strokes};
use latent_layers::{Layer, Linear, Module, Sequential, summary};
use latent_numeric::random::Stream;
use latent_report as report;
use latent_study::cli::Common;
use latent_study::data::Loaded;
use latent_study::failure::Failure;
use latent_study::training::Evaluation;
use latent_study::training::{Configs, Flags, Study, StudyConfig, run};
use latent_study::{DatasetChoice, DatasetName, data};
use latent_train::config::{Check, Optimizer, Problems, Training};
use latent_train::interrupt::Interrupt;
use latent_train::session::{Ended, Session};
use latent_train::sources::{ImageBatch, Images};
use latent_train::{Event, Every, Name, Pass, Player, Position, Task, TaskError, Terms};
use serde::{Deserialize, Serialize};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

/// A linear autoencoder of digits.
struct Autoencoder;

#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
struct Config {
    dataset: DatasetName,
    latent_dim: usize,
    /// Stops itself after so many steps, as Ctrl-C would.
    stop_after: u64,
    training: Training,
    optimizer: Optimizer,
}

impl Default for Config {
    fn default() -> Self {
        let training = Training { steps: Some(12), batch_size: 16, ..Training::default() };
        Self {
            dataset: DatasetName::SYNTHETIC,
            latent_dim: 4,
            stop_after: 0,
            training,
            optimizer: Optimizer::default(),
        }
    }
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        problems.require(self.latent_dim >= 1, "latent_dim", "must be at least 1, got 0");
        problems.table("training", &self.training);
        problems.table("optimizer", &self.optimizer);
    }
}

impl StudyConfig for Config {
    const DATASETS: &'static [DatasetChoice] = data::DATASETS;

    fn training(&self) -> &Training {
        &self.training
    }

    fn dataset(&mut self) -> Option<&mut DatasetName> {
        Some(&mut self.dataset)
    }
}

struct Model(Sequential);

impl Task for Model {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        &self.0
    }

    fn players(&self) -> Vec<(Name, &dyn Module)> {
        vec![("autoencoder".into(), &self.0)]
    }

    fn loss(&self, _: usize, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let samples = batch.indices.len();
        let error = (self.0.forward(&batch.x, &mut pass.context)? - &batch.x).square();
        Ok(Terms::new(error.sum() / samples as f32, samples))
    }

    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.loss(0, batch, pass)
    }
}

impl Study for Autoencoder {
    const NAME: &'static str = "autoencoder";
    const ABOUT: &'static str = "A linear autoencoder of digits";
    type Config = Config;
    type Data = Splits;
    type Task = Model;
    type Source<'d> = Images<'d>;

    fn data(_: &Config, flags: &Common) -> Result<Loaded, Failure> {
        Ok(Loaded { dataset: flags.dataset.clone(), splits: strokes::splits(1, 64, 32), note: None })
    }

    fn model(config: &Config, data: &Splits, seed: u64) -> Result<Model, Failure> {
        let mut stream = Stream::new(seed, "initialisation", &[]);
        let (pixels, latent) = (data.train.features(), config.latent_dim);
        let encoder = Linear::new(pixels, latent, &mut stream);
        Ok(Model(Sequential::new().then(encoder).then(Linear::new(latent, pixels, &mut stream))))
    }

    fn train<'d>(config: &Config, data: &'d Splits, seed: u64) -> Result<Images<'d>, Failure> {
        Ok(Images::shuffled(&data.train, config.training.batch_size, seed)?)
    }

    fn validation<'d>(config: &Config, data: &'d Splits, _: u64) -> Result<Option<Evaluation<Images<'d>>>, Failure> {
        Ok(Some(Evaluation::held_out(Images::in_order(&data.test, config.training.batch_size)?)))
    }

    fn players(config: &Config, task: &Model, steps: u64) -> Result<Vec<Player>, Failure> {
        Ok(vec![config.optimizer.player(steps, &task.0)?])
    }

    fn describe(config: &Config, task: &Model) -> Result<String, Failure> {
        Ok(summary(&task.0, &[config.training.batch_size, 784])?.to_string())
    }

    fn attach<'a>(
        session: Session<'a, Model>,
        config: &'a Config,
        _: &'a Splits,
    ) -> Result<Session<'a, Model>, Failure> {
        Ok(session.observe(Every::Steps(1), |event: &Event<'_>, at: Position, _: &Model| {
            let stop = matches!(event, Event::Step(_)) && at.step == config.stop_after;
            Ok(if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        }))
    }

    fn finish(_: &Config, _: &Model, _: &Splits, ended: &Ended) -> Result<report::Study, Failure> {
        ended.records.folder().bytes("summary.txt", b"good")?;
        Ok(report::Study::new("Autoencoder", "A linear autoencoder of digits."))
    }
}

fn configs() -> Configs {
    Configs::new([
        ("default".to_owned(), "# Twelve steps.\n".into()),
        ("wide".to_owned(), "# More dimensions.\nlatent_dim = 8\n".into()),
    ])
}

fn study(folder: Option<&Path>, flags: &[&str]) -> Result<bool, Failure> {
    let output = folder.map(|folder| ["--output".to_owned(), folder.display().to_string()]);
    let given = flags.iter().map(|flag| (*flag).to_owned());
    let all = ["autoencoder".to_owned()].into_iter().chain(output.into_iter().flatten()).chain(given);
    run::<Autoencoder>(&Flags::parse_from(all), &configs(), &Interrupt::default())
}

#[test]
fn a_study_runs_to_its_end_and_saves_its_resolved_configuration() {
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().join("run");
    let sets = ["--set", "optimizer.learning_rate=3e-3", "--set", "training.keep=3"];
    let flags = [&["--config", "wide", "--seed", "5", "--threads", "2"], &sets[..]].concat();
    assert!(study(Some(&folder), &flags).unwrap());
    for name in ["DONE", "summary.txt", "model.safetensors", "metrics.jsonl", "manifest.json", "report.html"] {
        assert!(folder.join(name).exists(), "{name}");
    }
    let config = fs::read_to_string(folder.join("config.toml")).unwrap();
    // What a study has as its default stays also where others of its table are given.
    for line in [
        "seed = 5",
        "latent_dim = 8",
        "learning_rate = 0.003",
        "betas = [0.9, 0.999]",
        "steps = 12",
        "batch_size = 16",
        "keep = 3",
    ] {
        assert!(config.contains(line), "{line} in {config}");
    }
    let told = study(None, &["--resume", &folder.display().to_string()]).unwrap_err().to_string();
    assert!(told.contains("is finished") && told.contains("help: "), "{told}");
}

#[test]
fn a_stopped_study_goes_on_with_its_own_configuration_and_seed() {
    let here = tempfile::tempdir().unwrap();
    let (whole, folder) = (here.path().join("whole"), here.path().join("run"));
    let flags = ["--set", "latent_dim=3", "--set", "stop_after=5", "--seed", "9"];
    assert!(!study(Some(&folder), &flags).unwrap(), "it was stopped");
    assert!(!folder.join("DONE").exists() && !folder.join("summary.txt").exists());
    let path = folder.display().to_string();

    let told = study(None, &["--resume", &path, "--set", "latent_dim=4"]).unwrap_err().to_string();
    assert!(told.contains("latent_dim was 3, is 4") && told.contains("help: "), "{told}");
    let told = study(None, &["--resume", &path, "--seed", "8"]).unwrap_err().to_string();
    assert!(told.contains("seed was 9, is 8"), "{told}");

    // It goes past the step at which it stops itself.
    assert!(study(None, &["--resume", &path]).unwrap());
    assert!(folder.join("DONE").exists());
    study(Some(&whole), &["--set", "latent_dim=3", "--set", "stop_after=100", "--seed", "9"]).unwrap();
    let weights = |folder: &Path| fs::read(folder.join("model.safetensors")).unwrap();
    assert_eq!(weights(&folder), weights(&whole));

    let told = study(None, &["--resume", &here.path().join("nothing").display().to_string()]).unwrap_err().to_string();
    assert!(told.contains("nothing/config.toml") && told.contains("help: "), "{told}");
}

#[test]
fn resuming_without_a_folder_begins_or_goes_on() {
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().join("run");
    let flags = ["--resume", "--set", "stop_after=5"];
    assert!(!study(Some(&folder), &flags).unwrap());
    assert!(study(Some(&folder), &flags).unwrap());
    assert!(folder.join("DONE").exists() && !here.path().join("run~1").exists());
}

#[test]
fn lists_dry_runs_and_mistakes_leave_nothing() {
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().join("run");
    assert!(study(Some(&folder), &["--list"]).unwrap());
    assert!(study(Some(&folder), &["--dry-run"]).unwrap());
    let flags = ["--set", "latent_dim=0", "--set", "optimiser.lr=1", "--set", "optimizer.momentum=0.9"];
    let told = study(Some(&folder), &flags).unwrap_err().to_string();
    for part in
        ["3 mistakes", "latent_dim: must be at least 1", "optimiser: there is no such key", "optimizer.momentum"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
    let told = study(Some(&folder), &["--config", "huge"]).unwrap_err().to_string();
    assert!(told.contains("default, wide"), "{told}");
    assert!(!folder.exists());
}
