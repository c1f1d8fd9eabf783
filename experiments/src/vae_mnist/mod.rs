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
    type Config = Config;
    type Data = Splits;
    type Task = VaeTask;
    type Source<'d> = Images<'d>;

    fn data(_: &Config, flags: &Common) -> Result<Loaded, Failure> {
        data::load(flags)
    }

    fn model(config: &Config, data: &Splits, seed: u64) -> Result<VaeTask, Failure> {
        let (channels, height, width) = data.train.image_dim();
        let vae = config.model.build([channels, height, width], seed)?;
        Ok(VaeTask::new(vae, config.objective)?)
    }

    fn train<'d>(config: &Config, data: &'d Splits, seed: u64) -> Result<Images<'d>, Failure> {
        let images = Images::shuffled(&data.train, config.training.batch_size, seed)?;
        Ok(images.drop_last().binarize(config.binarize))
    }

    fn validation<'d>(config: &Config, data: &'d Splits, _: u64) -> Result<Option<Images<'d>>, Failure> {
        Ok(Some(evaluate::source(config, data)?))
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
        let on = format!("{} test images", grouped(judged.images as u64));
        let sampled =
            format!("{} draws for each of {} test images", judged.draws, grouped(judged.sampled_images as u64));
        let set = data::title(data);
        let study = report::Study::new(format!("Variational autoencoder on {set}"), about)
            .figure(Figure::new("negative ELBO, test", -judged.elbo, "nats").note(&on))
            .figure(Figure::new("reconstruction, test", judged.reconstruction, "nats").note(&on))
            .figure(Figure::new("KL, test", judged.kl, "nats").note(&on))
            .figure(Figure::new("NLL by importance sampling", judged.nll, "nats").note(sampled))
            .figure(
                Figure::new("active units", judged.active_units as f64, "").note("variance of the mean above 0.01"),
            );
        Ok(sections.into_iter().fold(study, report::Study::section))
    }
}
