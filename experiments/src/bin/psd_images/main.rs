//! Predictive sparse decomposition of photographs: filters, and encoders that say at once what inference finds.
//!
//! A photograph is the sum of few small filters, each placed anywhere, and of a smooth part that is split off before, as in
//! `csc_images`; here an encoder, a convolution with a nonlinearity and a diagonal layer, learns the
//! maps along with the filters. LeCun's lecture on regularised latent-variable energy models shows both for 1, 2, 4, ... 64
//! filters. See [`ConvPredictiveDecomposition`](latent_sparse::lista::ConvPredictiveDecomposition).

mod conclude;
mod config;
mod figures;
mod outcome;
mod results;
mod sections;

use config::Config;

use latent_layers::Module;
use latent_report as report;
use latent_sparse::train::PredictiveBanksTask;
use latent_study::cli::Common;
use latent_study::configs;
use latent_study::data::Loaded;
use latent_study::failure::Failure;
use latent_study::sparse::banks;
use latent_study::sparse::windows::{self, WindowSplits};
use latent_study::trained::{FilterBank, Opened, Windows};
use latent_study::training::Evaluation;
use latent_study::training::{Configs, Shorthand, Study};
use latent_train::progress::grouped;
use latent_train::session::{Ended, Session};
use latent_train::sources::Rows;
use latent_train::{Player, TaskError};

/// The study.
pub struct PsdImages;

/// Test windows of a batch.
const BATCH: usize = 4;

impl Study for PsdImages {
    const NAME: &'static str = "psd_images";
    const ABOUT: &'static str =
        "Learn convolutional filters of photographs together with encoders that predict their maps";
    const SHORTHANDS: &'static [Shorthand] = &[
        windows::FILTERS,
        Shorthand {
            flag: "lambda",
            key: "energy.lambda",
            value: "X",
            values: &[],
            help: "Weight of the l1 term in 1/2 ||sum_k d_k * z_k - s||^2 + alpha/2 ||z - Enc(s)||^2 + lambda ||z||_1, pixels in [0, 1]",
        },
        windows::EPOCHS,
    ];
    type Config = Config;
    type Data = WindowSplits;
    type Task = PredictiveBanksTask;
    type Source<'d> = Rows<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/psd_images")
    }

    fn data(config: &Config, flags: &Common) -> Result<Loaded<WindowSplits>, Failure> {
        WindowSplits::load(&config.windows, config.channels(), &config.augment, flags)
    }

    fn model(config: &Config, data: &WindowSplits, seed: u64) -> Result<PredictiveBanksTask, Failure> {
        let banks = config.filters.iter().map(|&filters| windows::pieces(data, filters, config.side, seed));
        Ok(PredictiveBanksTask::new(banks, config.energy, data.image)?)
    }

    fn train<'d>(config: &Config, data: &'d WindowSplits, seed: u64) -> Result<Rows<'d>, Failure> {
        Ok(Rows::shuffled("training windows", data.train.view(), config.training.batch_size, seed)?)
    }

    fn validation<'d>(_: &Config, data: &'d WindowSplits, _: u64) -> Result<Option<Evaluation<Rows<'d>>>, Failure> {
        data.evaluated(BATCH).map(Some)
    }

    fn players(config: &Config, task: &PredictiveBanksTask, steps: u64) -> Result<Vec<Player>, Failure> {
        Ok(vec![config.optimizer.player(steps, task)?])
    }

    fn describe(config: &Config, task: &PredictiveBanksTask) -> Result<String, Failure> {
        let banks = (0..task.sizes().count()).map(|bank| task.decoder(bank)).collect::<Result<Vec<_>, _>>()?;
        // The encoder has as many, with an offset and a scale for each filter.
        let table = banks::table(&banks, |of_filters, filters| 2 * (of_filters + filters));
        let numbers = task.parameters().iter().map(|(_, parameter)| parameter.elements().len()).sum::<usize>();
        let energy = config.energy;
        Ok(table
            + &format!(
                "all banks     {} numbers\nenergy        1/2 ||sum_k d_k * z_k - s||^2 + {}/2 ||z - Enc(s)||^2 + {} ||z||_1, \
                 {} iterations of FISTA from Enc(s)",
                grouped(numbers as u64),
                energy.alpha,
                energy.lambda,
                energy.iterations
            ))
    }

    fn attach<'a>(
        session: Session<'a, PredictiveBanksTask>,
        config: &'a Config,
        _: &'a WindowSplits,
    ) -> Result<Session<'a, PredictiveBanksTask>, Failure> {
        let pictures = |task: &PredictiveBanksTask, _| {
            Ok(vec![banks::while_learning(&figures::sheet(task).map_err(TaskError::from)?)])
        };
        Ok(session.images(config.training.validate_every, pictures))
    }

    fn opened(config: &Config, task: PredictiveBanksTask, data: WindowSplits) -> Option<Opened> {
        Some(Opened::new(
            FilterBank::predicted(task, config.drawn),
            Windows { low_pass: config.windows.low_pass, side: config.side, data },
        ))
    }

    fn finish(
        config: &Config,
        task: &PredictiveBanksTask,
        data: &WindowSplits,
        ended: &Ended,
    ) -> Result<report::Study, Failure> {
        conclude::conclude(config, task, data, ended)
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<PsdImages>()
}
