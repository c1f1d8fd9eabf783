//! Variational autoencoders of digits: trained, looked at, and judged by their likelihood.
//!
//! Source: Kingma and Welling 2014; the weights `beta` and `gamma` of the objective are those of the articles on
//! regularised autoencoders: the divergence, and the reconstruction once more.

mod config;
mod evaluate;
mod pictures;

pub use config::Config;

use crate::cli::Common;
use crate::data::{self, Loaded};
use crate::failure::Failure;
use crate::tasks::VaeTask;
use crate::training::Study;
use evaluate::Judged;
use latent_datasets::Splits;
use latent_layers::summary;
use latent_models::Likelihood;
use latent_train::health::{LatentUse, PosteriorCollapse, Support, check_support};
use latent_train::progress::grouped;
use latent_train::report::{self, Figure};
use latent_train::session::{Ended, Session};
use latent_train::sources::Images;
use latent_train::{Player, TaskError};

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
        "objective, validation",
        "elbo, validation",
        "reconstruction, validation",
        "kl, validation",
    ];
    type Config = Config;
    type Data = Splits;
    type Task = VaeTask;
    type Source<'d> = Images<'d>;

    fn data(config: &Config, flags: &Common) -> Result<Loaded, Failure> {
        let loaded = data::load(flags)?;
        let (set, asked) =
            (&loaded.splits.train, config.train_images.unwrap_or(1) + config.validation_images.unwrap_or(0));
        if asked > set.len() {
            let keys = "train_images and validation_images";
            let message = format!("{keys} come to {asked}, but {} has {} images", set.name(), set.len());
            return Err(Failure::new(message));
        }
        Ok(loaded)
    }

    fn model(config: &Config, data: &Splits, seed: u64) -> Result<VaeTask, Failure> {
        let (channels, height, width) = data.train.image_dim();
        let vae = config.model.build([channels, height, width], seed)?;
        Ok(VaeTask::new(vae, config.objective)?)
    }

    fn train<'d>(config: &Config, data: &'d Splits, seed: u64) -> Result<Images<'d>, Failure> {
        let images = Images::shuffled(&data.train, config.training.batch_size, seed)?;
        let images = images.within(0..config.trained_on(data.train.len()))?.drop_last().binarize(config.binarize);
        config.mix.of(config.augment.of(images, seed)?, seed)
    }

    fn validation<'d>(config: &Config, data: &'d Splits, _: u64) -> Result<Option<Images<'d>>, Failure> {
        Ok(Some(match config.validation_images {
            Some(count) => evaluate::source(config, &data.train)?.within(data.train.len() - count..data.train.len())?,
            None => evaluate::source(config, &data.test)?,
        }))
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
        let pictures = move |task: &VaeTask, _| pictures::while_training(&task.vae, data).map_err(TaskError::from);
        let collapse = PosteriorCollapse::new(move |task: &VaeTask| {
            let q = evaluate::posterior(&task.vae, data)?;
            Ok(LatentUse::gaussian(q.mean().view_as(), q.log_var().view_as()))
        });
        let support = match config.model.likelihood {
            Likelihood::Bernoulli => Support::UnitInterval,
            Likelihood::Gaussian(_) => Support::Real,
        };
        let images = Images::in_order(&data.train, config.training.batch_size)?;
        if let Some(warning) = check_support(&images, support, |batch| batch.x.clone()) {
            session.warn("support", &warning).map_err(|error| Failure::new(error.to_string()))?;
        }
        Ok(session.images(config.training.validate_every, pictures).monitor(collapse))
    }

    fn finish(config: &Config, task: &VaeTask, data: &Splits, ended: &Ended) -> Result<report::Study, Failure> {
        let about = "Samples, reconstructions and the likelihood of a variational autoencoder of digits.";
        let judged = evaluate::judge(config, &task.vae, data)?;
        let folder = ended.records.folder();
        folder.json("test.json", &judged)?;
        let sections = pictures::at_the_end(&task.vae, data, &folder)?;
        let Judged { test, train, .. } = &judged;
        let on = format!("{} test images", grouped(test.images as u64));
        let sampled =
            format!("{} draws for each of {} test images", judged.draws, grouped(judged.sampled_images as u64));
        let trained = format!("{} of the images trained on, unchanged", grouped(train.images as u64));
        let set = data::title(data);
        let study = report::Study::new(format!("Variational autoencoder on {set}"), about)
            .figure(Figure::new("negative ELBO, test", -test.elbo, "nats").note(&on))
            .figure(Figure::new("reconstruction, test", test.reconstruction, "nats").note(&on))
            .figure(Figure::new("KL, test", test.kl, "nats").note(&on))
            .figure(Figure::new("negative ELBO, train", -train.elbo, "nats").note(&trained))
            .figure(
                Figure::new("generalisation gap", train.elbo - test.elbo, "nats").note("of the ELBO, train to test"),
            )
            .figure(Figure::new("NLL by importance sampling", judged.nll, "nats").note(sampled))
            .figure(
                Figure::new("active units", judged.active_units as f64, "").note("variance of the mean above 0.01"),
            );
        Ok(sections.into_iter().fold(study, report::Study::section))
    }
}
