//! Learned encoders: after how many iterations a solver comes as close to the optimum as a trained network of a few layers.
//!
//! A dictionary is learned from training samples; then networks of the LISTA family are trained to give the codes of a
//! solver (or to lower its objective) in a few layers, and compared with ISTA and FISTA on test samples, by steps and by
//! time. Source: Gregor and LeCun, *Learning fast approximations of sparse coding*, ICML 2010, and LeCun's lecture on
//! regularised latent-variable energy models. What the samples are is a [`Domain`].
//!
//! The dictionary is learned before the first step of a new run, and kept in the model: a run that goes on has it from its
//! checkpoint.

mod compare;
mod conclude;
mod config;
mod domain;

pub use config::{Config, Configured};
pub use domain::Domain;

use crate::cli::Common;
use crate::data::Loaded;
use crate::failure::Failure;
use crate::sparse::dictionaries::learned_online;
use crate::sparse::networks;
use crate::trained::Opened;
use crate::training::{Configs, Evaluation, Preparation, Shorthand, Study};
use latent_report as report;
use latent_sparse::lasso::Stop;
use latent_sparse::lista::StageTrainer;
use latent_sparse::train::EncodersTask;
use latent_train::interrupt::Interrupt;
use latent_train::progress::grouped;
use latent_train::session::Ended;
use std::marker::PhantomData;

/// The study of a kind of samples.
pub struct Encoders<D>(PhantomData<D>);

/// Test samples that are looked at while training: so many batches of so many.
pub const VALIDATED: (usize, usize) = (2, 250);
/// The relative gap of the codes that networks learn from.
const GAP: f64 = 1e-3;

impl<D: Domain> Study for Encoders<D> {
    const NAME: &'static str = D::NAME;
    const ABOUT: &'static str = D::ABOUT;
    const SHORTHANDS: &'static [Shorthand] = &[
        Shorthand { flag: "atoms", key: "atoms", value: "N", values: &[], help: "Atoms of the dictionary" },
        Shorthand { flag: "layers", key: "layers", value: "N", values: &[], help: "Layers of the networks" },
        Shorthand {
            flag: "epochs",
            key: "training.epochs",
            value: "N",
            values: &[],
            help: "Passes over the training images, of all networks together",
        },
    ];
    type Config = Config<D>;
    type Data = D::Data;
    type Task = EncodersTask;
    type Source<'d> = D::Source<'d>;

    fn configs() -> Configs {
        D::configs()
    }

    fn data(config: &Config<D>, flags: &Common) -> Result<Loaded<D::Data>, Failure> {
        D::load(config, flags)
    }

    fn model(config: &Config<D>, data: &D::Data, seed: u64) -> Result<EncodersTask, Failure> {
        let first = learned_online(config.dictionary(seed), 0, &D::samples(data), &Interrupt::default())?;
        let stop = Stop::gap(GAP);
        Ok(EncodersTask::new(first, config.lambda as f32, config.network_params(), config.loss, stop)?)
    }

    fn prepare<'a>(
        config: &'a Config<D>,
        task: &'a EncodersTask,
        data: &'a D::Data,
        seed: u64,
    ) -> Option<Preparation<'a>> {
        Some(Box::new(move |interrupt| {
            let batches = config.dictionary_batches;
            let learned = learned_online(config.dictionary(seed), batches, &D::samples(data), interrupt)?;
            task.begin_with(learned).map_err(|error| Failure::new(error.to_string()))
        }))
    }

    fn train<'d>(config: &Config<D>, data: &'d D::Data, seed: u64) -> Result<D::Source<'d>, Failure> {
        D::train(config, data, seed)
    }

    fn validation<'d>(_: &Config<D>, data: &'d D::Data, _: u64) -> Result<Option<Evaluation<D::Source<'d>>>, Failure> {
        D::validation(data).map(Some)
    }

    fn players(config: &Config<D>, task: &EncodersTask, steps: u64) -> Result<Vec<StageTrainer>, Failure> {
        Ok(task.trainers(&config.schedule().share(steps)?))
    }

    fn describe(config: &Config<D>, task: &EncodersTask) -> Result<String, Failure> {
        let (features, atoms) = task.dictionary()?.atoms().dim();
        let head = format!(
            "dictionary    {features} x {atoms}, columns of unit norm, learned first from {} batches of {}\n\
             codes         min 1/2 ||x - W z||^2 + {} ||z||_1\n",
            grouped(config.dictionary_batches as u64),
            config::DICTIONARY_BATCH,
            config.lambda
        );
        Ok(head + &networks::table(task.networks()))
    }

    fn opened(config: &Config<D>, task: EncodersTask, data: D::Data) -> Option<Opened> {
        Some(D::opened(config, task, data))
    }

    fn finish(
        config: &Config<D>,
        task: &EncodersTask,
        data: &D::Data,
        ended: &Ended,
    ) -> Result<report::Study, Failure> {
        conclude::conclude(config, task, data, ended)
    }
}
