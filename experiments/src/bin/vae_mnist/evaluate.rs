//! What the model is worth on images that it was not trained on.

use super::Config;
use latent_datasets::{DatasetError, LabelledImages, Splits};
use latent_layers::Context;
use latent_losses::distributions::DiagonalGaussian;
use latent_models::{ImportanceSampling, LatentStatistics, ModelError, Vae, VaeObjective};
use latent_numeric::random::Stream;
use latent_study::failure::Failure;
use latent_tensor::{Tensor, no_grad};
use latent_train::Source;
use latent_train::sources::Images;
use serde::Serialize;

/// Images of a batch.
const BATCH: usize = 500;

/// Images trained on that are judged too, at most.
const TRAINED: usize = 10_000;

/// The figures of a finished run, in nats an image.
#[derive(Debug, Serialize)]
pub struct Judged {
    /// On the test images.
    pub test: Bound,
    /// On images that were trained on, as they are in the set.
    pub train: Bound,
    /// Latent dimensions whose mean varies over the test images.
    pub active_units: usize,
    /// The negative log-likelihood of test images by importance sampling, from the encoder's distribution.
    pub nll: f64,
    /// Its number of draws an image.
    pub draws: usize,
    /// Its number of images.
    pub sampled_images: usize,
}

/// The evidence lower bound, with one draw an image.
#[derive(Debug, Serialize)]
pub struct Bound {
    /// The number of images.
    pub images: usize,
    /// The bound.
    pub elbo: f64,
    /// Its first term, with the sign of a loss.
    pub reconstruction: f64,
    /// Its second.
    pub kl: f64,
}

/// Images in their order.
pub fn source<'d>(config: &Config, images: &'d LabelledImages) -> Result<Images<'d>, DatasetError> {
    Ok(Images::in_order(images, BATCH)?.binarize(config.binarize))
}

/// The distributions of the codes of some test images.
pub fn posterior(vae: &Vae, data: &Splits) -> Result<DiagonalGaussian<f32>, ModelError> {
    let some = 0..data.test.len().min(2 * BATCH);
    no_grad(|| vae.encode(&Tensor::constant(data.test.rows::<f32>(some)), &mut Context::evaluate()))
}

/// Judges the model.
pub fn judge(config: &Config, vae: &Vae, data: &Splits) -> Result<Judged, Failure> {
    let trained_on = config.trained_on(data.train.len()).min(TRAINED);
    no_grad(|| {
        let train = bound(vae, &source(config, &data.train)?.within(0..trained_on)?)?;
        let source = source(config, &data.test)?;
        let test = bound(vae, &source)?;
        let mut statistics = LatentStatistics::new(vae.latent_dim());
        let sampling = ImportanceSampling { draws: config.likelihood_draws, ..ImportanceSampling::default() };
        let sampled_images = config.likelihood_images.min(data.test.len());
        let mut nll = Vec::with_capacity(sampled_images);
        for index in 0..source.batches() {
            let x = source.batch(0, index).x;
            statistics.add(&vae.encode(&x, &mut Context::evaluate())?);
            let left = sampled_images.saturating_sub(index * BATCH).min(x.shape()[0]);
            if left > 0 {
                let some = x.slice_axis(0, (0..left).into());
                nll.extend(vae.log_likelihood(&some, &sampling, (index * BATCH) as u64)?.iter().map(|value| -value));
            }
        }
        let active_units = statistics.active_units(LatentStatistics::ACTIVE);
        let nll = nll.iter().sum::<f64>() / sampled_images as f64;
        Ok(Judged { test, train, active_units, nll, draws: sampling.draws, sampled_images })
    })
}

fn bound(vae: &Vae, source: &Images<'_>) -> Result<Bound, ModelError> {
    let (mut sums, mut images) = ([0.0; 3], 0);
    for index in 0..source.batches() {
        let x = source.batch(0, index).x;
        let count = x.shape()[0];
        let mut noise = Stream::new(0, "test", &[index as u64]);
        let terms = vae.objective(&x, &VaeObjective::default(), 1.0, &mut Context::evaluate(), &mut noise)?;
        for (sum, term) in sums.iter_mut().zip([&terms.elbo, &terms.reconstruction, &terms.kl]) {
            *sum += f64::from(term.item()) * count as f64;
        }
        images += count;
    }
    let [elbo, reconstruction, kl] = sums.map(|sum| sum / images as f64);
    Ok(Bound { images, elbo, reconstruction, kl })
}
