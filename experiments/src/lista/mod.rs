//! Learned encoders: how many steps of a solver a trained network of a few layers is worth.
//!
//! A dictionary is learned from training images; then networks of the LISTA family are trained to give the codes of a
//! solver (or to lower its objective) in a few layers, and compared with ISTA and FISTA on test images, by steps and by
//! time. Source: Gregor and LeCun, *Learning fast approximations of sparse coding*, ICML 2010, and LeCun's lecture on
//! regularised latent-variable energy models.

mod compare;
mod conclude;
mod config;

pub use config::Config;

use crate::cli::Common;
use crate::data::{self, ImageSamples, Loaded};
use crate::failure::Failure;
use crate::tasks::EncodersTask;
use crate::training::{Shorthand, Study};
use latent_datasets::Splits;
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::dictionary::DictionaryLearner;
use latent_sparse::lasso::{Admm, Stop};
use latent_sparse::lista::{Lista, StageTrainer};
use latent_train::progress::{Progress, grouped};
use latent_train::report;
use latent_train::session::Ended;
use latent_train::sources::Images;

/// The study on images of digits.
pub struct ListaMnist;

/// Test images that are looked at while training, and those of a batch.
const VALIDATED: (usize, usize) = (2, 250);
/// The relative gap of the codes that networks learn from.
const GAP: f64 = 1e-3;

impl Study for ListaMnist {
    const NAME: &'static str = "lista_mnist";
    const ABOUT: &'static str =
        "Learn a dictionary of digits, train encoders of the LISTA family for it, and compare them with ISTA and FISTA";
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
    type Config = Config;
    type Data = Splits;
    type Task = EncodersTask;
    type Source<'d> = Images<'d>;

    fn data(_: &Config, flags: &Common) -> Result<Loaded, Failure> {
        data::load(flags)
    }

    fn model(config: &Config, data: &Splits, seed: u64) -> Result<EncodersTask, Failure> {
        let dictionary = learned(config, data, seed)?;
        let stop = Stop::gap(GAP);
        Ok(EncodersTask::new(dictionary, config.lambda as f32, config.network_params(), config.loss, stop)?)
    }

    fn train<'d>(config: &Config, data: &'d Splits, seed: u64) -> Result<Images<'d>, Failure> {
        Ok(Images::shuffled(&data.train, config.training.batch_size, seed)?)
    }

    fn validation<'d>(_: &Config, data: &'d Splits, _: u64) -> Result<Option<Images<'d>>, Failure> {
        let (batches, size) = VALIDATED;
        Ok(Some(Images::in_order(&data.test, size)?.at_most(batches)))
    }

    fn players(config: &Config, task: &EncodersTask, steps: u64) -> Result<Vec<StageTrainer>, Failure> {
        let schedule = config.schedule(steps).ok_or_else(|| {
            let stages = config.layers * (1 + config.refinements.len());
            Failure::new(format!(
                "{} steps are too few for {} networks with {stages} stages each",
                grouped(steps),
                config.networks.len()
            ))
            .help("train for more epochs, or fewer layers or networks")
        })?;
        Ok(task.trainers(&schedule))
    }

    fn describe(config: &Config, task: &EncodersTask) -> Result<String, Failure> {
        let (features, atoms) = task.lasso()?.dictionary().atoms().dim();
        let head = format!(
            "dictionary    {features} x {atoms}, columns of unit norm\n\
             codes         min 1/2 ||x - W z||^2 + {} ||z||_1\n",
            config.lambda
        );
        let row = |network: &Lista| {
            let count = grouped(latent_layers::Module::parameter_count(network) as u64);
            format!("{:<13} {} layers, {count} parameters\n", network.name(), config.layers)
        };
        Ok(task.networks().iter().map(row).fold(head, |text, row| text + &row).trim_end().to_owned())
    }

    fn finish(config: &Config, task: &EncodersTask, data: &Splits, ended: &Ended) -> Result<report::Study, Failure> {
        conclude::conclude(config, task, data, ended)
    }
}

/// A dictionary of the training images.
fn learned(config: &Config, data: &Splits, seed: u64) -> Result<Dictionary<f32>, Failure> {
    let (train, count) = (&data.train, config::DICTIONARY_BATCH.min(data.train.len()));
    if config.atoms > train.len() {
        let (atoms, images) = (config.atoms, grouped(train.len() as u64));
        return Err(Failure::new(format!(
            "atoms is {atoms}, expected at most {images}, the number of training images"
        )));
    }
    let mut learner = DictionaryLearner::new(config.dictionary(seed))?;
    learner.initialise(&ImageSamples(train))?;
    let progress = Progress::new("learning the dictionary", config.dictionary_batches as u64, "batches");
    for batch in 0..config.dictionary_batches {
        let mut stream = Stream::new(seed, "batch of the dictionary", &[batch as u64]);
        let chosen: Vec<usize> = (0..count).map(|_| stream.below(train.len())).collect();
        learner.partial_fit(train.rows::<f32>(&chosen).view(), &Admm::default())?;
        progress.advance(1);
    }
    progress.finish();
    Ok(learner.dictionary().expect("a learner that has its first atoms"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_train::config;

    #[test]
    fn mistakes_are_told_by_key() {
        let text = "networks = [\"cp\", \"cp\"]\nlayers = 0\nlambda = -1.0\nrefinements = [0.0]";
        let error = config::read::<Config>(text, &[]).unwrap_err().to_string();
        for told in ["names cp twice", "layers", "lambda", "refinements"] {
            assert!(error.contains(told), "{told} is not in: {error}");
        }
    }
}
