//! A study of one's own: a beta-TC-VAE (Chen et al., 2018) on a folder of one's own pictures.
//! `cargo run -p latent-study --example own_study -- --data-dir PICTURES --set beta=6 --dry-run`

use latent_datasets::folder::{Channels, read_folder};
use latent_datasets::{Splits, split::Share};
use latent_layers::{Context, Module};
use latent_losses::{MinibatchSampling, decompose_kl};
use latent_models::{VaeObjective, VaeSettings, train::VaeTask};
use latent_study::prelude::*;
use latent_tensor::{Tensor, no_grad};
use latent_train::health::{LatentUse, PosteriorCollapse};
use serde::{Deserialize, Serialize};

/// What a run depends on: what stands in a TOML file or in `--set`.
#[derive(Serialize, Deserialize)]
#[serde(default)]
struct Config {
    /// The weight of the total correlation.
    beta: f64,
    /// Pictures held out to look at while training.
    held_out: usize,
    model: VaeSettings,
    training: Training,
    optimizer: Optimizer,
}

impl Default for Config {
    fn default() -> Self {
        let (model, training, optimizer) = Default::default();
        Self { beta: 6.0, held_out: 100, model, training, optimizer }
    }
}

impl Check for Config {
    fn check(&self, problems: &mut Problems) {
        problems.require(self.beta >= 0.0, "beta", format!("must be 0 or more, got {}", self.beta));
        let batch = self.training.batch_size;
        problems.require(batch >= 2, "training.batch_size", format!("must be 2 or more, got {batch}"));
        problems.at_least_one([("held_out", self.held_out)]);
        problems.table("training", &self.training);
        problems.table("optimizer", &self.optimizer);
    }
}

impl StudyConfig for Config {
    fn training(&self) -> &Training {
        &self.training
    }

    fn held_out(&self) -> Option<(&'static str, usize)> {
        Some(("held_out", self.held_out))
    }
}

/// The model with its loss: the evaluation, and how the model is used, are those of any VAE.
struct TcVae {
    of: VaeTask,
    beta: f32,
    pictures: usize,
}

impl Task for TcVae {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        &self.of.vae
    }

    fn players(&self) -> Vec<(Name, &dyn Module)> {
        self.of.players()
    }

    fn loss(&self, _: usize, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let draws = self.of.vae.draws(&(&batch.x).into(), 1, &mut pass.context, &mut pass.noise)?;
        let reconstruction = -draws.log_likelihood.mean();
        let q = draws.posterior.as_gaussian().ok_or("the codes are Gaussian")?;
        let kl = decompose_kl(&draws.draw.z, q, self.pictures, MinibatchSampling::Stratified)?;
        let objective = &reconstruction + kl.weighted(1.0, self.beta, 1.0);
        let terms = Terms::new(objective, batch.indices.len()).with("reconstruction", &reconstruction);
        Ok(terms.with("total correlation", &kl.total_correlation))
    }

    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.of.evaluate(batch, pass)
    }
}

struct OwnStudy;
impl Study for OwnStudy {
    const NAME: &'static str = "own_study";
    const ABOUT: &'static str = "Train a beta-TC-VAE on a folder of pictures of one size";
    type Config = Config;
    type Data = Splits;
    type Task = TcVae;
    type Source<'d> = Images<'d>;

    fn data(config: &Config, flags: &Common) -> Result<Loaded, Failure> {
        let folder = flags.data_dir.as_ref().ok_or_else(|| Failure::new("--data-dir names the folder of pictures"))?;
        let all = read_folder(folder, Channels::Grey)?.into_images("pictures")?;
        let parts = all.split(flags.seed, Share::Count(0), Share::Count(config.held_out))?;
        let (train, test) = (parts.train.named("pictures/train"), parts.test.named("pictures/held-out"));
        Ok(Loaded::of(Splits { train, validation: None, test }))
    }

    fn model(config: &Config, data: &Splits, seed: u64) -> Result<TcVae, Failure> {
        let vae = config.model.build(data.train.image_dim().into(), seed)?;
        let of = VaeTask::new(vae, VaeObjective::default())?;
        Ok(TcVae { of, beta: config.beta as f32, pictures: data.train.len() })
    }

    fn train<'d>(config: &Config, data: &'d Splits, seed: u64) -> Result<Images<'d>, Failure> {
        Ok(Images::shuffled(&data.train, config.training.batch_size, seed)?.drop_last())
    }

    fn validation<'d>(config: &Config, data: &'d Splits, _: u64) -> Result<Option<Evaluation<Images<'d>>>, Failure> {
        Ok(Some(Evaluation::held_out(Images::in_order(&data.test, config.training.batch_size)?)))
    }

    fn players(config: &Config, task: &TcVae, steps: u64) -> Result<Vec<Player>, Failure> {
        Ok(vec![config.optimizer.player(steps, task.model())?])
    }

    fn attach<'a>(session: Session<'a, TcVae>, _: &'a Config, data: &'a Splits) -> Result<Session<'a, TcVae>, Failure> {
        Ok(session.monitor(PosteriorCollapse::new(|task: &TcVae| {
            let images = data.train.rows(0..data.train.len().min(500));
            let q = no_grad(|| task.of.vae.encode(&Tensor::constant(images), &mut Context::evaluate()))?;
            Ok(LatentUse::gaussian(q.mean().view_as(), q.log_var().view_as()))
        })))
    }

    fn opened(_: &Config, task: TcVae, data: Splits) -> Option<Opened> {
        Some(Opened::new(task.of, Digits::of(data)))
    }

    fn finish(_: &Config, task: &TcVae, data: &Splits, ended: &Ended) -> Result<report::Study, Failure> {
        let x = Tensor::constant(data.test.rows(0..data.test.len().min(12)));
        let both = Tensor::concatenate(&[x.clone(), task.of.vae.reconstruct(&x)?], 0);
        let sheet = picture::rows(both.view_as(), picture::side(data.test.image_dim()), x.shape()[0]);
        ended.records.folder().image("images/reconstructions.png", &sheet)?;
        let section = Section::new("Reconstructions", "Held-out pictures above, what comes back of them below.");
        let section = section.picture(Picture::new("images/reconstructions.png", ""));
        Ok(report::Study::new("A beta-TC-VAE of my pictures", "Factors of a folder of pictures.").section(section))
    }
}

fn main() -> std::process::ExitCode {
    training::main::<OwnStudy>()
}
