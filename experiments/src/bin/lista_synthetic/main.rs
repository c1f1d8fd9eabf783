//! Planted codes recovered by learned encoders: NMSE by layer, beside ISTA and FISTA.
//!
//! The problem of the LISTA literature: `x = A z + noise`, `A` with unit columns from the normal distribution, each
//! code element normal with probability 0.1, else 0. Networks are trained layer by layer on fresh batches to recover
//! `z`, and judged on test samples by `10 log10 (sum ||z^ - z||^2 / sum ||z||^2)` after each layer. ISTA and FISTA
//! take the lambda that serves them best at the last layer on validation samples. Source: Chen, Liu, Wang and Yin,
//! *Theoretical linear convergence of unfolded ISTA and its practical weights and thresholds*, NeurIPS 2018.
//!
//! The default schedule has few steps a stage, so that the study takes minutes; published figures come from many times as
//! many: the configuration `published`.

mod conclude;
mod config;
mod data;
mod judge;
mod noise;
mod published;

use config::Config;
use data::{PlantedSet, PlantedSource};
use noise::Noise;

use latent_report as report;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Lasso, LassoParams};
use latent_sparse::lista::StageTrainer;
use latent_sparse::train::RecoveryTask;
use latent_study::cli::Common;
use latent_study::configs;
use latent_study::data::Loaded;
use latent_study::failure::Failure;
use latent_study::sparse::networks;
use latent_study::training::Evaluation;
use latent_study::training::{Configs, Shorthand, Study};
use latent_train::session::Ended;

/// The study.
pub struct ListaSynthetic;

impl Study for ListaSynthetic {
    const NAME: &'static str = "lista_synthetic";
    const ABOUT: &'static str = "Train networks of the LISTA family to recover planted codes, and compare them with ISTA and FISTA layer by layer";
    const SHORTHANDS: &'static [Shorthand] = &[
        Shorthand { flag: "features", key: "features", value: "N", values: &[], help: "Numbers in a sample" },
        Shorthand { flag: "atoms", key: "atoms", value: "N", values: &[], help: "Columns of the dictionary" },
        Shorthand {
            flag: "noise",
            key: "noise",
            value: "DB|noiseless",
            values: &[],
            help: "The signal-to-noise ratio of samples in dB",
        },
        Shorthand { flag: "layers", key: "layers", value: "N", values: &[], help: "Layers of the networks" },
        Shorthand {
            flag: "steps",
            key: "training.steps",
            value: "N",
            values: &[],
            help: "Steps of training, of all networks together",
        },
    ];
    type Config = Config;
    type Data = PlantedSet;
    type Task = RecoveryTask;
    type Source<'d> = PlantedSource<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/lista_synthetic")
    }

    fn data(config: &Config, flags: &Common) -> Result<Loaded<PlantedSet>, Failure> {
        let splits = PlantedSet::draw(config, flags.seed)?;
        Ok(Loaded::of(splits))
    }

    fn model(config: &Config, data: &PlantedSet, _: u64) -> Result<RecoveryTask, Failure> {
        let dictionary = Dictionary::new(data.test.dictionary.clone())?;
        let lasso = Lasso::new(&dictionary, LassoParams::new(config.first_lambda as f32))?;
        Ok(RecoveryTask::new(&lasso, &config.network_params())?)
    }

    fn train<'d>(config: &Config, data: &'d PlantedSet, seed: u64) -> Result<PlantedSource<'d>, Failure> {
        Ok(PlantedSource::fresh(config, data, seed))
    }

    fn validation<'d>(
        _: &Config,
        data: &'d PlantedSet,
        seed: u64,
    ) -> Result<Option<Evaluation<PlantedSource<'d>>>, Failure> {
        Ok(Some(Evaluation::held_out(PlantedSource::validation(data, seed))))
    }

    fn players(config: &Config, task: &RecoveryTask, steps: u64) -> Result<Vec<StageTrainer>, Failure> {
        Ok(task.trainers(&config.schedule().share(steps)?))
    }

    fn describe(config: &Config, task: &RecoveryTask) -> Result<String, Failure> {
        let (features, atoms, density) = (config.features, config.atoms, config.density);
        Ok(format!(
            "dictionary    {features} x {atoms}, normal, columns of unit norm\n\
             codes         normal with probability {density}, else 0; samples {}\n{}",
            config.noise,
            networks::table(task.networks())
        ))
    }

    fn finish(
        config: &Config,
        task: &RecoveryTask,
        data: &PlantedSet,
        ended: &Ended,
    ) -> Result<report::Study, Failure> {
        conclude::conclude(config, task, data, ended)
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<ListaSynthetic>()
}
