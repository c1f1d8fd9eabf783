//! Convolutional sparse coding of photographs: what banks of 1, 2, 4, ... filters learn.
//!
//! A photograph is the sum of few small colour filters, each placed anywhere, and of a smooth part that is split off before:
//! see [`latent_sparse::convolutional`]. LeCun's lecture on regularised latent-variable energy models shows what becomes
//! of more and more filters: one is a centre with its surround, four are edges, eight are edges of all orientations, and
//! with many there are gratings, centres and corners too. The study learns all banks online from the same windows of
//! photographs, codes windows of others with them, and shows the maps of a whole photograph.

mod conclude;
mod config;
mod figures;
mod outcome;
mod results;
mod sections;

use config::Config;

use latent_datasets::folder::Channels;
use latent_report as report;
use latent_sparse::convolutional::{ConvolutionalParams, FilterLearner};
use latent_sparse::lasso::Stop;
use latent_sparse::train::FilterBanksTask;
use latent_study::cli::Common;
use latent_study::configs;
use latent_study::data::Loaded;
use latent_study::failure::Failure;
use latent_study::sparse::banks;
use latent_study::sparse::windows::{self, WindowSplits};
use latent_study::trained::{FilterBank, Opened, Windows};
use latent_study::training::Evaluation;
use latent_study::training::{Configs, Shorthand, Study};
use latent_train::TaskError;
use latent_train::session::{Ended, Session};
use latent_train::sources::Rows;

/// The study.
pub struct CscImages;

/// Test windows of a batch.
const BATCH: usize = 4;

impl Study for CscImages {
    const NAME: &'static str = "csc_images";
    const ABOUT: &'static str =
        "Learn banks of convolutional filters from photographs, and see what becomes of more and more filters";
    const SHORTHANDS: &'static [Shorthand] = &[
        windows::FILTERS,
        Shorthand {
            flag: "lambda",
            key: "lambda",
            value: "X",
            values: &[],
            help: "Weight of the l1 term in 1/2 ||sum_k d_k * z_k - s||^2 + lambda sum_k ||z_k||_1, pixels in [0, 1]",
        },
        windows::EPOCHS,
    ];
    const FINISHES_WHEN_INTERRUPTED: bool = true;
    type Config = Config;
    type Data = WindowSplits;
    type Task = FilterBanksTask;
    type Source<'d> = Rows<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/csc_images")
    }

    fn data(config: &Config, flags: &Common) -> Result<Loaded<WindowSplits>, Failure> {
        WindowSplits::load(&config.windows, Channels::Colour, &config.augment, flags)
    }

    fn model(config: &Config, data: &WindowSplits, seed: u64) -> Result<FilterBanksTask, Failure> {
        let stop = Stop::gap(config.test_gap).max_iterations(config.coding_iterations);
        let (channels, ..) = data.image;
        let banks = config.filters.iter().map(|&filters| config.learner(filters, channels, seed));
        Ok(FilterBanksTask::new(banks, data.train_images(), config.solver.solver(), stop)?)
    }

    fn train<'d>(config: &Config, data: &'d WindowSplits, seed: u64) -> Result<Rows<'d>, Failure> {
        Ok(Rows::shuffled("training windows", data.train.view(), config.training.batch_size, seed)?)
    }

    fn validation<'d>(_: &Config, data: &'d WindowSplits, _: u64) -> Result<Option<Evaluation<Rows<'d>>>, Failure> {
        data.evaluated(BATCH).map(Some)
    }

    fn players(_: &Config, task: &FilterBanksTask, _: u64) -> Result<Vec<FilterLearner<f32>>, Failure> {
        Ok(task.learners())
    }

    fn describe(config: &Config, task: &FilterBanksTask) -> Result<String, Failure> {
        let banks = (0..task.sizes().count()).map(|bank| task.filters(bank)).collect::<Result<Vec<_>, _>>()?;
        Ok(banks::table(&banks, |of_filters, _| of_filters)
            + &format!(
                "maps          min 1/2 ||sum_k d_k * z_k - s||^2 + {} sum_k ||z_k||_1, by ADMM; tested by {}",
                config.lambda, config.solver
            ))
    }

    fn attach<'a>(
        session: Session<'a, FilterBanksTask>,
        config: &'a Config,
        _: &'a WindowSplits,
    ) -> Result<Session<'a, FilterBanksTask>, Failure> {
        let pictures = |task: &FilterBanksTask, _| {
            Ok(vec![banks::while_learning(&figures::sheet(task).map_err(TaskError::from)?)])
        };
        Ok(session.images(config.training.validate_every, pictures))
    }

    fn opened(config: &Config, task: FilterBanksTask, data: WindowSplits) -> Option<Opened> {
        let stop = Stop::gap(config.test_gap).max_iterations(config.test_iterations);
        let penalty = ConvolutionalParams::new(config.lambda as f32);
        let bank = FilterBank::solved(task, config.drawn, config.solver.solver(), stop, penalty);
        Some(Opened::new(bank, Windows { low_pass: config.windows.low_pass, side: config.side, data }))
    }

    fn finish(
        config: &Config,
        task: &FilterBanksTask,
        data: &WindowSplits,
        ended: &Ended,
    ) -> Result<report::Study, Failure> {
        conclude::conclude(config, task, data, ended)
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<CscImages>()
}
