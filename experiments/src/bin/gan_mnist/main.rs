//! Generative adversarial networks of digits: trained, looked at, and judged by a classifier of real ones.
//!
//! Sources: Goodfellow et al. 2014; the regularisers are those of the article on regularising GANs (gradient penalty,
//! spectral normalisation, conditional batch normalisation, L1, L2, dropout, early stopping), each a configuration.

mod config;
mod describe;
mod evaluate;
mod monitors;
mod neighbours;
mod pictures;

use config::Config;
use neighbours::{median_distance, nearest};

use latent_datasets::Splits;
use latent_models::train::GanTask;
use latent_report as report;
use latent_study::cli::Common;
use latent_study::configs;
use latent_study::data::{self, Loaded};
use latent_study::failure::Failure;
use latent_study::judge::Cache;
use latent_study::judge::Judge;
use latent_study::trained::{Digits, Opened};
use latent_study::training::{Configs, Study, StudyConfig};
use latent_study::training::{Evaluation, Work};
use latent_train::health::ModeCollapse;
use latent_train::session::{Ended, Session};
use latent_train::sources::Images;
use latent_train::tell::tell;
use latent_train::{Event, Every, Player, Position, Settings, TaskError};
use std::ops::ControlFlow;

/// Samples that are judged in a validation.
const JUDGED_WHILE_TRAINING: usize = 1000;
/// Batches of images that are evaluated while training, and the images of each.
const VALIDATED: (usize, usize) = (4, 250);

/// The study.
pub struct GanMnist;

impl Study for GanMnist {
    const NAME: &'static str = "gan_mnist";
    const ABOUT: &'static str =
        "Train a generative adversarial network on MNIST and judge its digits by a classifier of real ones";
    type Config = Config;
    type Data = Splits;
    type Task = GanTask<Judge>;
    type Source<'d> = Images<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/gan_mnist")
    }

    fn data(config: &Config, flags: &Common) -> Result<Loaded, Failure> {
        let loaded = data::load(flags)?;
        Ok(Loaded { splits: data::chosen(loaded.splits, None, config.validation_images)?, ..loaded })
    }

    fn model(config: &Config, data: &Splits, seed: u64) -> Result<GanTask<Judge>, Failure> {
        let (channels, height, width) = data.train.image_dim();
        let (wanted, found) = (config.model.classes, data.train.classes());
        if wanted > 0 && wanted != found {
            let set = data.train.name();
            return Err(Failure::new(format!("model.classes is {wanted}, but {set} has {found} classes"))
                .help(format!("--set model.classes={found}, or 0 for a model without classes")));
        }
        let gan = config.model.build([channels, height, width], seed)?;
        Ok(GanTask::unjudged(gan, config.objective)?)
    }

    fn task(config: &Config, data: &Splits, seed: u64, work: &Work) -> Result<GanTask<Judge>, Failure> {
        let task = Self::model(config, data, seed)?;
        if config.judged_samples == 0 {
            return Ok(task);
        }
        let judge = Judge::of(data, &Cache::of_user(), work)?;
        if !work.dry_run {
            tell(format_args!(
                "samples are judged by a classifier that recognises {:.2} % of the test images",
                100.0 * judge.accuracy
            ));
        }
        Ok(task.judged(judge, config.judged_samples.min(JUDGED_WHILE_TRAINING)))
    }

    fn train<'d>(config: &Config, data: &'d Splits, seed: u64) -> Result<Images<'d>, Failure> {
        let images = Images::shuffled(&data.train, config.training.batch_size, seed)?.drop_last();
        config.mix.of(config.augment.of(images, seed)?, seed)
    }

    fn validation<'d>(_: &Config, data: &'d Splits, _: u64) -> Result<Option<Evaluation<Images<'d>>>, Failure> {
        let ((batches, size), (on, images)) = (VALIDATED, data::evaluated(data));
        Ok(Some(Evaluation { on, source: Images::in_order(images, size)?.at_most(batches) }))
    }

    fn players(config: &Config, task: &GanTask<Judge>, steps: u64) -> Result<Vec<Player>, Failure> {
        let round = config.discriminator_steps + 1;
        let of_generator = steps / round;
        Ok(vec![
            config.discriminator.player(steps - of_generator, &task.gan.discriminator)?,
            config.generator.player(of_generator, &task.gan.generator)?,
        ])
    }

    fn settings(config: &Config, seed: u64) -> Settings {
        Settings { turns: vec![config.discriminator_steps, 1], ..config.training().settings(seed) }
    }

    fn describe(config: &Config, task: &GanTask<Judge>) -> Result<String, Failure> {
        let tables = describe::describe(&task.gan, config.training.batch_size)?;
        let warnings = monitors::warnings(config).into_iter();
        Ok(warnings.fold(tables, |text, (_, warning)| text + "warning: " + &warning.message + "\n"))
    }

    fn attach<'a>(
        session: Session<'a, GanTask<Judge>>,
        config: &'a Config,
        data: &'a Splits,
    ) -> Result<Session<'a, GanTask<Judge>>, Failure> {
        for (name, warning) in monitors::warnings(config) {
            session.warn(name, &warning)?;
        }
        let records = session.records();
        // With validations, because averaged weights are in their place then.
        let draw = move |event: &Event<'_>, at: Position, task: &GanTask<Judge>| {
            if matches!(event, Event::Validation(_)) {
                let sheet = pictures::by_class(&task.gan.generator, data, 10).map_err(TaskError::from)?;
                records.image("samples", at.step, &sheet)?;
            }
            Ok(ControlFlow::Continue(()))
        };
        let mut session = session.observe(Every::Never, draw);
        if config.judged_samples > 0 && data.train.classes() > 1 {
            session = session.monitor(ModeCollapse::new("effective_classes", data.train.classes()));
        }
        Ok(match monitors::saturation(config.objective.loss) {
            Some(monitor) => session.monitor(monitor),
            None => session,
        })
    }

    fn opened(_: &Config, task: GanTask<Judge>, data: Splits) -> Option<Opened> {
        Some(Opened::new(task, Digits::of(data)))
    }

    fn finish(config: &Config, task: &GanTask<Judge>, data: &Splits, ended: &Ended) -> Result<report::Study, Failure> {
        evaluate::finish(config, task, data, ended)
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<GanMnist>()
}
