//! Strokes: a dictionary of handwritten digits learned with FISTA.
//!
//! The study learns atoms from the training images, codes the test images with them, and compares the
//! solvers of the lasso on these codes. Source: the sparse coding of MNIST in LeCun's lecture on regularised
//! latent-variable energy models, `E(z) = ||x - W z||^2 + lambda ||z||_1` with normalised columns; with our
//! half in front of the square, its lambda is twice ours.

mod compare;
mod conclude;
mod config;
mod figures;
mod outcome;
mod results;
mod sections;

use config::{Config, FirstAtoms};

use latent_datasets::Splits;
use latent_report as report;
use latent_sparse::dictionary::{DictionaryLearner, epoch_order};
use latent_sparse::lasso::Stop;
use latent_sparse::train::DictionaryTask;
use latent_study::cli::Common;
use latent_study::configs;
use latent_study::data::{self, ImageSamples, Loaded, first};
use latent_study::failure::Failure;
use latent_study::sparse::dictionaries::{PROBED, dead_atoms, describe, growth};
use latent_study::trained::{Digits, Opened};
use latent_study::training::Evaluation;
use latent_study::training::{Configs, Shorthand, Study};
use latent_train::progress::grouped;
use latent_train::session::{Ended, Session};
use latent_train::sources::Images;

/// The study.
pub struct FistaMnist;

/// Test images of a batch.
const BATCH: usize = 2_000;

impl Study for FistaMnist {
    const NAME: &'static str = "fista_mnist";
    const ABOUT: &'static str =
        "Learn a dictionary of strokes from images of digits, code the test images with it, and compare the solvers";
    const SHORTHANDS: &'static [Shorthand] = &[
        Shorthand { flag: "atoms", key: "atoms", value: "N", values: &[], help: "How many atoms to learn" },
        Shorthand {
            flag: "lambda",
            key: "lambda",
            value: "X",
            values: &[],
            help: "Weight of the l1 term in 1/2 ||x - W z||^2 + lambda ||z||_1, pixels in [0, 1]",
        },
        Shorthand {
            flag: "epochs",
            key: "training.epochs",
            value: "N",
            values: &[],
            help: "Passes over the training images",
        },
        Shorthand {
            flag: "solver",
            key: "solver",
            value: "NAME",
            values: &[
                "ista",
                "fista",
                "restarted-fista",
                "monotone-fista",
                "coordinate-descent",
                "active-set",
                "lars",
                "admm",
            ],
            help: "What codes the images",
        },
    ];
    const FINISHES_WHEN_INTERRUPTED: bool = true;
    type Config = Config;
    type Data = Splits;
    type Task = DictionaryTask;
    type Source<'d> = Images<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/fista_mnist")
    }

    fn data(config: &Config, flags: &Common) -> Result<Loaded, Failure> {
        let loaded = data::load(flags)?;
        let mut splits = data::chosen(loaded.splits, config.train_images, config.validation_images)?;
        if let Some(wanted) = config.test_images {
            splits.test = first(&splits.test, wanted, "test_images")?;
        }
        Ok(Loaded { splits, ..loaded })
    }

    fn model(config: &Config, data: &Splits, seed: u64) -> Result<DictionaryTask, Failure> {
        let available = data.train.len();
        if config.atoms > available && config.first_atoms == FirstAtoms::Samples {
            let message = format!(
                "atoms is {}, expected at most {}, as many as there are training images",
                config.atoms,
                grouped(available as u64)
            );
            return Err(
                Failure::new(message).help("the first atoms are training images; first_atoms=gaussian draws them")
            );
        }
        let solver = config.solver.solver();
        Ok(DictionaryTask::new(config.learner(seed), &ImageSamples(&data.train), solver, Stop::gap(config.test_gap))?)
    }

    fn train<'d>(config: &Config, data: &'d Splits, seed: u64) -> Result<Images<'d>, Failure> {
        let images = Images::shuffled(&data.train, config.training.batch_size, seed)?.ordered_by(epoch_order);
        config.mix.of(config.augment.of(images, seed)?, seed)
    }

    fn validation<'d>(_: &Config, data: &'d Splits, _: u64) -> Result<Option<Evaluation<Images<'d>>>, Failure> {
        let (on, images) = data::evaluated(data);
        Ok(Some(Evaluation { on, source: Images::in_order(images, BATCH)? }))
    }

    fn players(_: &Config, task: &DictionaryTask, _: u64) -> Result<DictionaryLearner<f32>, Failure> {
        Ok(task.learner())
    }

    fn describe(config: &Config, task: &DictionaryTask) -> Result<String, Failure> {
        let condition = if config.positive { ", z >= 0" } else { "" };
        Ok(describe(task, config.lambda, condition, config.solver))
    }

    fn attach<'a>(
        session: Session<'a, DictionaryTask>,
        config: &'a Config,
        data: &'a Splits,
    ) -> Result<Session<'a, DictionaryTask>, Failure> {
        let (_, height, width) = data.train.image_dim();
        let pictures =
            move |task: &DictionaryTask, _| Ok(vec![growth::picture(task, (height, width), figures::COLUMNS, 1)]);
        let dead = dead_atoms(|| data.test.rows(0..data.test.len().min(PROBED)));
        Ok(session.images(config.training.validate_every, pictures).monitor(dead))
    }

    fn opened(_: &Config, task: DictionaryTask, data: Splits) -> Option<Opened> {
        Some(Opened::new(task, Digits::of(data)))
    }

    fn finish(config: &Config, task: &DictionaryTask, data: &Splits, ended: &Ended) -> Result<report::Study, Failure> {
        conclude::conclude(config, task, data, ended)
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<FistaMnist>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum;
    use latent_study::sparse::solvers::SolverName;

    #[test]
    fn all_solvers_can_be_named() {
        let listed = FistaMnist::SHORTHANDS.iter().find(|flag| flag.flag == "solver").unwrap().values;
        let all = SolverName::value_variants().iter().map(|name| name.to_possible_value().unwrap());
        assert!(listed.iter().copied().eq(all.map(|value| value.get_name().to_owned())));
    }
}
