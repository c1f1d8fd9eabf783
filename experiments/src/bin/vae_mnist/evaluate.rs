//! How well the model does on images that it was not trained on.

use super::Config;
use latent_datasets::{DatasetError, LabelledImages, Splits};
use latent_layers::Context;
use latent_losses::distributions::DiagonalGaussian;
use latent_models::{ImportanceSampling, LatentStatistics, Vae, VaeObjective};
use latent_numeric::random::Stream;
use latent_study::failure::Failure;
use latent_study::parts::Parts;
use latent_tensor::{Tensor, no_grad};
use latent_train::Source;
use latent_train::interrupt::Interrupt;
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
    /// On images that are held out, if any are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<Bound>,
    /// On images that were trained on, as they are in the set.
    pub train: Bound,
    /// Latent dimensions whose mean varies over the test images.
    pub active_units: usize,
    /// The negative log-likelihood of test images by importance sampling, from the encoder's distribution.
    pub nll: f64,
    /// Its number of draws an image.
    pub draws: usize,
    /// On the images that it is of, the first of the test images.
    pub sampled: Bound,
}

/// The evidence lower bound, with one draw an image.
#[derive(Clone, Copy, Debug, Serialize)]
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

/// Images in their order, black and white if the run's are: those that are drawn always the same, from the stream
/// `(0, "binarize", [0, image])`.
pub fn source<'d>(config: &Config, images: &'d LabelledImages) -> Result<Images<'d>, DatasetError> {
    Ok(Images::in_order(images, BATCH)?.binarize(config.binarize))
}

/// The first so many of the images, or all if there are fewer, as [`source`] gives them.
pub fn first(config: &Config, images: &LabelledImages, most: usize) -> Result<Tensor, DatasetError> {
    let count = images.len().min(most);
    Ok(Images::in_order(images, count)?.binarize(config.binarize).batch(0, 0).x)
}

/// The distributions of the codes of some test images.
pub fn posterior(config: &Config, vae: &Vae, data: &Splits) -> Result<DiagonalGaussian<f32>, Failure> {
    let some = first(config, &data.test, 2 * BATCH)?;
    Ok(no_grad(|| vae.encode(&some, &mut Context::evaluate()))?)
}

/// Judges the model.
pub fn judge(config: &Config, vae: &Vae, data: &Splits, interrupt: &Interrupt) -> Result<Judged, Failure> {
    let sampled = config.likelihood_images.min(data.test.len());
    let trained = data.train.len().min(TRAINED);
    let held_out = data.validation.as_ref().map(LabelledImages::len);
    let twice = if sampled < data.test.len() { 2 * sampled } else { sampled };
    let all = trained + held_out.unwrap_or(0) + data.test.len() + twice;
    let parts = Parts::new("judging the model", all, "images", interrupt);
    no_grad(|| {
        let train = bound(vae, &source(config, &data.train)?.within(0..trained)?, &parts)?;
        let validation =
            data.validation.as_ref().map(|images| bound(vae, &source(config, images)?, &parts)).transpose()?;
        let source = source(config, &data.test)?;
        let test = bound(vae, &source, &parts)?;
        let of_sampled = if sampled < data.test.len() {
            bound(vae, &self::source(config, &data.test)?.within(0..sampled)?, &parts)?
        } else {
            test
        };
        let mut statistics = LatentStatistics::new(vae.latent_dim());
        let sampling = ImportanceSampling { draws: config.likelihood_draws, ..ImportanceSampling::default() };
        parts.note("likelihoods by importance sampling");
        let mut nll = Vec::with_capacity(sampled);
        for index in 0..source.batches() {
            let x = source.batch(0, index).x;
            statistics.add(&vae.encode(&x, &mut Context::evaluate())?);
            let left = sampled.saturating_sub(index * BATCH).min(x.shape()[0]);
            if left > 0 {
                let some = x.slice_axis(0, (0..left).into());
                nll.extend(vae.log_likelihood(&some, &sampling, (index * BATCH) as u64)?.iter().map(|value| -value));
                parts.made(left)?;
            }
        }
        let active_units = statistics.active_units(LatentStatistics::ACTIVE);
        let nll = nll.iter().sum::<f64>() / sampled as f64;
        Ok(Judged { test, validation, train, active_units, nll, draws: sampling.draws, sampled: of_sampled })
    })
}

fn bound(vae: &Vae, source: &Images<'_>, parts: &Parts<'_>) -> Result<Bound, Failure> {
    let (mut sums, mut images) = ([0.0; 3], 0);
    for index in 0..source.batches() {
        let x = source.batch(0, index).x;
        let count = x.shape()[0];
        let mut noise = Stream::new(0, "test", &[index as u64]);
        let terms = vae.objective(&x, &VaeObjective::default(), 1.0, &mut Context::evaluate(), &mut noise)?;
        for (sum, term) in sums.iter_mut().zip([terms.elbo, Some(terms.reconstruction), terms.kl]) {
            *sum += term.map_or(f64::NAN, |term| f64::from(term.item())) * count as f64;
        }
        images += count;
        parts.made(count)?;
    }
    let [elbo, reconstruction, kl] = sums.map(|sum| sum / images as f64);
    Ok(Bound { images, elbo, reconstruction, kl })
}
