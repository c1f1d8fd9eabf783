//! A small adversarial network with everything that a run of one has to keep: vectors of spectral norms, statistics of
//! conditional batch normalisation, a gradient penalty, players that take turns, batches that are accumulated.

use clap::Parser;
use latent_datasets::Splits;
use latent_models::train::GanTask;
use latent_models::{Condition, GanObjective, GanSettings, SpectralNormalization};
use latent_optim::AverageSettings;
use latent_study::cli::Common;
use latent_study::data::{self, Loaded};
use latent_study::failure::Failure;
use latent_study::training::Evaluation;
use latent_study::training::{Configs, Flags, Study, StudyConfig, run};
use latent_study::{DatasetChoice, DatasetName};
use latent_train::config::{Check, Optimizer, Problems, Training};
use latent_train::interrupt::Interrupt;
use latent_train::sources::Images;
use latent_train::{Player, Settings};
use serde::{Deserialize, Serialize};

pub struct SmallGan;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    dataset: DatasetName,
    training: Training,
    optimizer: Optimizer,
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
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

impl Study for SmallGan {
    const NAME: &'static str = "small_gan";
    const ABOUT: &'static str = "A small conditional adversarial network";
    type Config = Config;
    type Data = Splits;
    type Task = GanTask;
    type Source<'d> = Images<'d>;

    fn data(_: &Config, flags: &Common) -> Result<Loaded, Failure> {
        data::load(flags)
    }

    fn model(_: &Config, _: &Splits, seed: u64) -> Result<GanTask, Failure> {
        let settings = GanSettings {
            channels: vec![8, 16],
            latent_dim: 8,
            condition: Condition::Network { hidden: 4 },
            spectral_norm: SpectralNormalization::Operator,
            ..GanSettings::conditional(10)
        };
        Ok(GanTask::new(settings.build([1, 28, 28], seed)?, GanObjective::wgan_gp())?)
    }

    fn train<'d>(config: &Config, data: &'d Splits, seed: u64) -> Result<Images<'d>, Failure> {
        Ok(Images::shuffled(&data.train, config.training.batch_size, seed)?.drop_last())
    }

    fn validation<'d>(_: &Config, data: &'d Splits, _: u64) -> Result<Option<Evaluation<Images<'d>>>, Failure> {
        Ok(Some(Evaluation::test(Images::in_order(&data.test, 20)?)))
    }

    fn players(config: &Config, task: &GanTask, steps: u64) -> Result<Vec<Player>, Failure> {
        let generator = config.optimizer.clone().average(AverageSettings::default());
        let discriminator = config.optimizer.player(steps, &task.gan.discriminator)?;
        Ok(vec![discriminator, generator.player(steps, &task.gan.generator)?])
    }

    fn settings(config: &Config, seed: u64) -> Settings {
        Settings { turns: vec![2, 1], ..config.training.settings(seed) }
    }

    fn describe(_: &Config, _: &GanTask) -> Result<String, Failure> {
        Ok(String::new())
    }
}

/// The variable with the flags of the study, a line each.
pub const FLAGS: &str = "LATENT_SMALL_GAN_FLAGS";

/// Not a test of its own: the program that other tests start, and kill.
#[test]
fn child() {
    let Ok(flags) = std::env::var(FLAGS) else { return };
    let flags = Flags::parse_from(["small_gan"].into_iter().chain(flags.lines()));
    let ended = run::<SmallGan>(&flags, &Configs::default(), &Interrupt::on_ctrl_c().unwrap());
    std::process::exit(match ended {
        Ok(true) => 0,
        Ok(false) => 130,
        Err(failure) => {
            eprintln!("{failure}");
            1
        }
    });
}
