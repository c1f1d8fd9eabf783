//! Variational autoencoders of digits: trained, looked at, and judged by their likelihood.
//!
//! Source: Kingma and Welling 2014; the weights `beta` and `gamma` of the objective are those of the articles on
//! regularised autoencoders: the divergence, and the reconstruction once more.

mod config;
mod evaluate;
mod pictures;
mod results;

use config::Config;

use latent_datasets::Splits;
use latent_layers::summary;
use latent_models::Likelihood;
use latent_models::train::VaeTask;
use latent_report as report;
use latent_study::cli::Common;
use latent_study::data::Loaded;
use latent_study::failure::Failure;
use latent_study::trained::{Digits, Opened};
use latent_study::training::Evaluation;
use latent_study::training::{Configs, Study};
use latent_study::{configs, data};
use latent_train::Player;
use latent_train::health::{LatentUse, PosteriorCollapse, Support, check_support};
use latent_train::session::{Ended, Session};
use latent_train::sources::Images;

/// The study.
pub struct VaeMnist;

impl Study for VaeMnist {
    const NAME: &'static str = "vae_mnist";
    const ABOUT: &'static str = "Train a variational autoencoder on MNIST and judge it by its likelihood";
    const FIGURES: &'static [&'static str] = &[
        "negative ELBO, test",
        "reconstruction, test",
        "KL, test",
        "negative ELBO, train",
        "generalisation gap",
        "NLL by importance sampling",
        "active units",
        "negative ELBO, validation",
        "negative ELBO, images of the NLL",
        "objective, test",
        "elbo, test",
        "kl, test",
        "objective, validation",
        "elbo, validation",
        "reconstruction, validation",
        "kl, validation",
    ];
    type Config = Config;
    type Data = Splits;
    type Task = VaeTask;
    type Source<'d> = Images<'d>;

    fn configs() -> Configs {
        configs!("$CARGO_MANIFEST_DIR/configs/vae_mnist")
    }

    fn data(config: &Config, flags: &Common) -> Result<Loaded, Failure> {
        let loaded = data::load(flags)?;
        let splits = data::chosen(loaded.splits, config.train_images, config.validation_images)?;
        Ok(Loaded { splits, ..loaded })
    }

    fn model(config: &Config, data: &Splits, seed: u64) -> Result<VaeTask, Failure> {
        let (channels, height, width) = data.train.image_dim();
        let vae = config.model.build([channels, height, width], seed)?;
        Ok(VaeTask::new(vae, config.objective)?)
    }

    fn train<'d>(config: &Config, data: &'d Splits, seed: u64) -> Result<Images<'d>, Failure> {
        let images = Images::shuffled(&data.train, config.training.batch_size, seed)?;
        let images = images.drop_last().binarize(config.binarize);
        config.mix.of(config.augment.of(images, seed)?, seed)
    }

    fn validation<'d>(config: &Config, data: &'d Splits, _: u64) -> Result<Option<Evaluation<Images<'d>>>, Failure> {
        let (on, images) = data::evaluated(data);
        Ok(Some(Evaluation { on, source: evaluate::source(config, images)? }))
    }

    fn players(config: &Config, task: &VaeTask, steps: u64) -> Result<Vec<Player>, Failure> {
        Ok(vec![config.optimizer.player(steps, &task.vae)?])
    }

    fn describe(config: &Config, task: &VaeTask) -> Result<String, Failure> {
        Ok(summary(&task.vae, &[config.training.batch_size, task.vae.features()])?.to_string())
    }

    fn attach<'a>(
        session: Session<'a, VaeTask>,
        config: &'a Config,
        data: &'a Splits,
    ) -> Result<Session<'a, VaeTask>, Failure> {
        let pictures =
            move |task: &VaeTask, _| pictures::while_training(config, &task.vae, data).map_err(Failure::into_error);
        let collapse = PosteriorCollapse::new(move |task: &VaeTask| {
            let q = evaluate::posterior(config, &task.vae, data).map_err(Failure::into_error)?;
            Ok(LatentUse::gaussian(q.mean().view_as(), q.log_var().view_as()))
        });
        let support = match config.model.likelihood {
            Likelihood::Bernoulli | Likelihood::ContinuousBernoulli | Likelihood::DiscretizedLogistic => {
                Support::UnitInterval
            }
            Likelihood::Gaussian(_) => Support::Real,
        };
        let images = Images::in_order(&data.train, config.training.batch_size)?.binarize(config.binarize);
        if let Some(warning) = check_support(&images, support, |batch| batch.x.clone()) {
            session.warn("support", &warning).map_err(|error| Failure::new(error.to_string()))?;
        }
        Ok(session.images(config.training.validate_every, pictures).monitor(collapse))
    }

    fn opened(config: &Config, task: VaeTask, data: Splits) -> Option<Opened> {
        Some(Opened::new(task, Digits { data, binarize: config.binarize }))
    }

    fn finish(config: &Config, task: &VaeTask, data: &Splits, ended: &Ended) -> Result<report::Study, Failure> {
        let about = "Samples, reconstructions and the likelihood of a variational autoencoder of digits.";
        let judged = evaluate::judge(config, &task.vae, data, &ended.interrupt)?;
        let folder = ended.records.folder();
        let sections = pictures::at_the_end(config, &task.vae, data, &folder)?;
        let set = data::title(data);
        let study = report::Study::new(format!("Variational autoencoder on {set}"), about)
            .unit("objective", "nats")
            .unit("reconstruction", "nats");
        let study = sections.into_iter().fold(study, report::Study::section);
        Ok(results::results(&judged, set).publish(&folder, study)?)
    }
}

fn main() -> std::process::ExitCode {
    latent_study::training::main::<VaeMnist>()
}
