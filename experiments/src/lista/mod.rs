//! Learned encoders: how many steps of a solver a trained network of a few layers is worth.
//!
//! A dictionary is learned from training samples; then networks of the LISTA family are trained to give the codes of a
//! solver (or to lower its objective) in a few layers, and compared with ISTA and FISTA on test samples, by steps and by
//! time. Source: Gregor and LeCun, *Learning fast approximations of sparse coding*, ICML 2010, and LeCun's lecture on
//! regularised latent-variable energy models. [`ListaMnist`] does so for digits, [`ListaPatches`] for natural patches.
//!
//! The dictionary is learned before the first step of a new run, and kept in the model: a run that goes on has it from its
//! checkpoint. For codes that are planted, in the place of a solver's, see [`lista_synthetic`](crate::lista_synthetic).

mod compare;
mod conclude;
mod config;
mod digits;
mod domain;
mod natural;

pub use config::Config;
pub use digits::Digits;
pub use domain::Domain;
pub use natural::NaturalPatches;

use crate::cli::Common;
use crate::data::Loaded;
use crate::dictionaries::learned_online;
use crate::failure::Failure;
use crate::networks;
use crate::tasks::EncodersTask;
use crate::training::{Shorthand, Study};
use latent_sparse::lasso::Stop;
use latent_sparse::lista::StageTrainer;
use latent_train::TaskError;
use latent_train::progress::grouped;
use latent_train::report;
use latent_train::session::Ended;
use std::marker::PhantomData;

/// The study of a kind of samples.
pub struct Encoders<D>(PhantomData<D>);

/// The study on images of digits.
pub type ListaMnist = Encoders<Digits>;
/// The study on patches of photographs.
pub type ListaPatches = Encoders<NaturalPatches>;

/// Test samples that are looked at while training: so many batches of so many.
const VALIDATED: (usize, usize) = (2, 250);
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
    const SUMMARISES: bool = true;
    type Config = Config<D>;
    type Data = D::Data;
    type Task = EncodersTask;
    type Source<'d> = D::Source<'d>;

    fn data(config: &Config<D>, flags: &Common) -> Result<Loaded<D::Data>, Failure> {
        D::load(config, flags)
    }

    fn model(config: &Config<D>, data: &D::Data, seed: u64) -> Result<EncodersTask, Failure> {
        let first = learned_online(config.dictionary(seed), 0, &D::samples(data))?;
        let stop = Stop::gap(GAP);
        Ok(EncodersTask::new(first, config.lambda as f32, config.network_params(), config.loss, stop)?)
    }

    fn prepare(config: &Config<D>, task: &EncodersTask, data: &D::Data, seed: u64) -> Result<(), TaskError> {
        let learned = learned_online(config.dictionary(seed), config.dictionary_batches, &D::samples(data));
        task.begin_with(learned.map_err(|failure| failure.to_string())?)
    }

    fn train<'d>(config: &Config<D>, data: &'d D::Data, seed: u64) -> Result<D::Source<'d>, Failure> {
        D::train(config, data, seed)
    }

    fn validation<'d>(_: &Config<D>, data: &'d D::Data, _: u64) -> Result<Option<D::Source<'d>>, Failure> {
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

    fn finish(
        config: &Config<D>,
        task: &EncodersTask,
        data: &D::Data,
        ended: &Ended,
    ) -> Result<report::Study, Failure> {
        conclude::conclude(config, task, data, ended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_train::config;

    #[test]
    fn mistakes_are_told_by_key() {
        let text = "networks = [\"cp\", \"cp\"]\nlayers = 0\nlambda = -1.0\nrefinements = [0.0]";
        let all = ["names cp twice", "layers", "lambda", "refinements"];
        let error = config::read::<Config<Digits>>(text, &[]).unwrap_err().to_string();
        assert!(all.iter().all(|told| error.contains(told)), "{error}");
        let mix = "mix = { op = \"mixup\", alpha = 1 }";
        assert!(config::read::<Config<Digits>>(mix, &[]).is_ok());
        let text = format!("{text}\ndataset = \"mnist\"\n{mix}\n[patches]\nside = 2\nsides = 3");
        let error = config::read::<Config<NaturalPatches>>(&text, &[]).unwrap_err().to_string();
        let of_patches = [
            "dataset: must be auto",
            "mix: photographs are changed before patches are cut from them",
            "patches.side: must be from 4",
            "patches.sides: there is no such key",
        ];
        assert!(all.iter().chain(&of_patches).all(|told| error.contains(told)), "{error}");
        let error = config::read::<Config<Digits>>("[patches]\nside = 3", &[]).unwrap_err().to_string();
        assert!(error.contains("patches"), "{error}");
    }
}
