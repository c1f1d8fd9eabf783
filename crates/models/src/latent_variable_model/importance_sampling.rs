//! `ln p(x) ~ ln 1/k sum_i p(x, z_i) / q(z_i | x)` with `z_i ~ q(z | x)`

use super::{LatentVariableModel, Observation};
use crate::error::{ModelError, require};
use crate::posterior::Posterior;
use latent_layers::Context;
use latent_metrics::likelihood::LogWeights;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use ndarray::Axis;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How a log-likelihood is estimated (Burda, Grosse and Salakhutdinov 2016, section 5; Rezende, Mohamed and Wierstra
/// 2014, appendix E).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportanceSampling {
    /// Draws for each sample.
    pub draws: usize,
    /// How many codes are decoded at a time: a bound of the memory needed.
    pub at_a_time: usize,
    /// The seed of the draws.
    pub seed: u64,
}

impl Default for ImportanceSampling {
    /// 200 draws, 4096 codes at a time.
    fn default() -> Self {
        Self { draws: 200, at_a_time: 4096, seed: 0 }
    }
}

impl<E: Scalar> LatentVariableModel<E> {
    /// An estimate of `ln p(x)` of each sample, in nats: in expectation a lower bound, between the ELBO and `ln p(x)`, that
    /// grows with the number of draws.
    ///
    /// Sample `n` draws from the stream `(seed, "importance sampling", [first + n])`, where `first` is its place in the
    /// data set: the draws depend neither on how samples are batched nor on how many are decoded at a time.
    ///
    /// # Errors
    /// If the data are of another size or outside the likelihood's range, there are no draws, or the posterior has no
    /// density.
    ///
    /// ```
    /// use latent_models::{ImportanceSampling, VaeSettings};
    /// use latent_tensor::Tensor;
    ///
    /// let model = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// let sampling = ImportanceSampling { draws: 50, ..Default::default() };
    /// let nats = model.log_likelihood(&Tensor::zeros(&[3, 784]), &sampling, 0)?;
    /// assert!(nats.len() == 3 && nats.iter().all(|nats| *nats < 0.0));
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn log_likelihood(
        &self,
        observed: impl Into<Observation<E>>,
        sampling: &ImportanceSampling,
        first: u64,
    ) -> Result<Vec<f64>, ModelError> {
        let ImportanceSampling { draws, at_a_time, seed } = *sampling;
        require(draws > 0, "draws", draws, "at least 1")?;
        require(at_a_time > 0, "at_a_time", at_a_time, "at least 1")?;
        let observed = &observed.into();
        let samples = observed.samples();
        let (together, block) = ((at_a_time / draws).max(1), draws.min(at_a_time));
        let mut estimates = Vec::with_capacity(samples);
        no_grad(|| {
            let posterior = self.infer(observed, &mut Context::evaluate())?;
            for start in (0..samples).step_by(together) {
                let range = start..samples.min(start + together);
                let stream = |n: usize| Stream::new(seed, "importance sampling", &[first + n as u64]);
                let mut streams: Vec<Stream> = range.clone().map(stream).collect();
                let mut sums = vec![LogWeights::default(); range.len()];
                for done in (0..draws).step_by(block) {
                    let count = block.min(draws - done);
                    let log_weights = self.log_weights(&*posterior, observed, range.clone(), count, &mut streams)?;
                    for (sum, row) in sums.iter_mut().zip(log_weights.view_as::<ndarray::Ix2>().axis_iter(Axis(0))) {
                        row.iter().for_each(|log| sum.add(log.as_f64()));
                    }
                }
                estimates.extend(sums.iter().map(LogWeights::log_mean));
            }
            Ok(estimates)
        })
    }

    /// `ln p(x | z) + ln p(z) - ln q(z | x)` at draws of each sample's own stream, (samples, draws).
    fn log_weights(
        &self,
        posterior: &dyn Posterior<E>,
        observed: &Observation<E>,
        samples: Range<usize>,
        draws: usize,
        streams: &mut [Stream],
    ) -> Result<Tensor<E>, ModelError> {
        let context = &mut Context::evaluate();
        let (mut codes, mut log_q) = (Vec::with_capacity(streams.len()), Vec::with_capacity(streams.len()));
        for (sample, stream) in samples.clone().zip(streams) {
            let draw = posterior.select(&vec![sample; draws]).draw(context, stream)?;
            codes.push(draw.z);
            log_q.push(draw.log_q.ok_or(ModelError::NoDensity { encoder: self.encoder.kind() })?);
        }
        let z = Tensor::concatenate(&codes, 0);
        let repeated = observed.select(&samples.clone().collect::<Vec<_>>()).repeat(draws);
        let log_prior = self.prior.log_prob(&z, &repeated, self, context)?;
        let log_likelihood = self.decoder.log_prob(&z, &repeated, context)?;
        let log_weights = log_prior - Tensor::concatenate(&log_q, 0) + log_likelihood;
        Ok(log_weights.reshape(&[samples.len(), draws]))
    }
}
