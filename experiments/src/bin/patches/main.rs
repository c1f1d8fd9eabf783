//! Natural patches: a dictionary learned from photographs, and how well Gabor functions fit its atoms.
//!
//! Photographs are filtered by `f exp(-(f/f0)^4)` and brought to the same contrast, patches are taken from them, lose their
//! mean and are brought to variance 1 together. Atoms that code such patches sparsely become oriented edges and gratings of some frequency, like the receptive fields
//! of simple cells (Olshausen and Field, *Emergence of simple-cell receptive field properties by learning a sparse code for
//! natural images*, Nature 1996); that natural images give Gabor filters is in LeCun's lecture on regularised latent-variable
//! energy models too. The study learns the atoms online, fits a Gabor function to each, and judges
//! noise and principal components in the same way.

mod conclude;
mod config;
mod controls;
mod figures;
mod gabor;
mod judged;
mod outcome;
mod results;
mod sections;

use config::Config;
use judged::Judged;
use latent_study::sparse::patches::{Contrast, Cut, PatchSplits};

use latent_report as report;
use latent_sparse::dictionary::{DictionaryLearner, epoch_order};
use latent_sparse::lasso::Stop;
use latent_sparse::train::DictionaryTask;
use latent_study::cli::Common;
use latent_study::configs;
use latent_study::data::Loaded;
use latent_study::failure::Failure;
use latent_study::sparse::dictionaries::{PROBED, dead_atoms, describe, growth};
use latent_study::trained::{Opened, Photographs};
use latent_study::training::Evaluation;
use latent_study::training::{Configs, Shorthand, Study};
use latent_train::session::{Ended, Session};
use latent_train::sources::Rows;
use ndarray::s;

/// The study.
pub struct Patches;

/// Test patches of a batch.
const BATCH: usize = 2_500;

impl Study for Patches {
    const NAME: &'static str = "patches";
    const ABOUT: &'static str = "Learn a dictionary of patches from photographs, and fit Gabor functions to its atoms";
    const SHORTHANDS: &'static [Shorthand] = &[
        Shorthand { flag: "atoms", key: "atoms", value: "N", values: &[], help: "How many atoms to learn" },
        Shorthand {
            flag: "lambda",
            key: "lambda",
            value: "X",
            values: &[],
            help: "Weight of the l1 term in 1/2 ||x - W z||^2 + lambda ||z||_1, pixels of variance 1",
        },
        Shorthand {
            flag: "epochs",
            key: "training.epochs",
            value: "N",
            values: &[],
            help: "Passes over the training patches",
        },
    ];
    const FINISHES_WHEN_INTERRUPTED: bool = true;
    type Config = Config;
    type Data = PatchSplits;
    type Task = DictionaryTask;
    type Source<'d> = Rows<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/patches")
    }

    fn data(config: &Config, flags: &Common) -> Result<Loaded<PatchSplits>, Failure> {
        PatchSplits::load(&config.cut(), &config.augment, flags)
    }

    fn model(config: &Config, data: &PatchSplits, seed: u64) -> Result<DictionaryTask, Failure> {
        let solver = config.solver.solver();
        Ok(DictionaryTask::new(config.learner(seed), &data.train, solver, Stop::gap(config.test_gap))?)
    }

    fn train<'d>(config: &Config, data: &'d PatchSplits, seed: u64) -> Result<Rows<'d>, Failure> {
        let rows = Rows::shuffled("training patches", data.train.view(), config.training.batch_size, seed)?;
        Ok(rows.ordered_by(epoch_order))
    }

    fn validation<'d>(_: &Config, data: &'d PatchSplits, _: u64) -> Result<Option<Evaluation<Rows<'d>>>, Failure> {
        data.evaluated(usize::MAX, BATCH).map(Some)
    }

    fn players(_: &Config, task: &DictionaryTask, _: u64) -> Result<DictionaryLearner<f32>, Failure> {
        Ok(task.learner())
    }

    fn describe(config: &Config, task: &DictionaryTask) -> Result<String, Failure> {
        Ok(describe(task, config.lambda, "", config.solver))
    }

    fn attach<'a>(
        session: Session<'a, DictionaryTask>,
        config: &'a Config,
        data: &'a PatchSplits,
    ) -> Result<Session<'a, DictionaryTask>, Failure> {
        let pictures = |task: &DictionaryTask, _| {
            Ok(vec![growth::picture(task, config.shape(), figures::columns(config.atoms), figures::SMALL)])
        };
        let dead = dead_atoms(|| data.test.slice(s![..data.test.nrows().min(PROBED), ..]).to_owned());
        Ok(session.images(config.training.validate_every, pictures).monitor(dead))
    }

    fn opened(config: &Config, task: DictionaryTask, data: PatchSplits) -> Option<Opened> {
        Some(Opened::new(task, Photographs { cut: config.cut(), data }))
    }

    fn finish(
        config: &Config,
        task: &DictionaryTask,
        data: &PatchSplits,
        ended: &Ended,
    ) -> Result<report::Study, Failure> {
        conclude::conclude(config, task, data, ended)
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<Patches>()
}
