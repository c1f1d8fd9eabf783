//! `ln p(x) ~ ln 1/k sum_i p(x, z_i) / q(z_i | x)` with `z_i ~ q(z | x)`

use super::Vae;
use crate::error::{ModelError, require};
use crate::repeat::repeat_rows;
use latent_layers::Context;
use latent_losses::distributions::{DiagonalGaussian, Distribution};
use latent_metrics::likelihood::LogWeights;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};

/// How a log-likelihood is estimated (Burda, Grosse and Salakhutdinov 2016, section 5; Rezende, Mohamed and Wierstra
/// 2014, appendix E).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportanceSampling {
    /// Draws for each image.
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

impl<E: Scalar> Vae<E> {
    /// An estimate of `ln p(x)` of each image, in nats: in expectation a lower bound, between the ELBO and `ln p(x)`, that
    /// grows with the number of draws.
    ///
    /// Image `n` draws from the stream `(seed, "importance sampling", [first + n])`, where `first` is its place in the
    /// data set: the draws depend neither on how images are batched nor on how many are decoded at a time.
    ///
    /// # Shapes
    /// (samples, features) gives one number a sample.
    ///
    /// # Errors
    /// If the images have another size, pixels are outside the likelihood's range, or there are no draws.
    ///
    /// ```
    /// use latent_models::{ImportanceSampling, VaeSettings};
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// let sampling = ImportanceSampling { draws: 50, ..Default::default() };
    /// let nats = vae.log_likelihood(&Tensor::zeros(&[3, 784]), &sampling, 0)?;
    /// assert!(nats.len() == 3 && nats.iter().all(|nats| *nats < 0.0));
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn log_likelihood(
        &self,
        x: &Tensor<E>,
        sampling: &ImportanceSampling,
        first: u64,
    ) -> Result<Vec<f64>, ModelError> {
        let ImportanceSampling { draws, at_a_time, seed } = *sampling;
        require(draws > 0, "draws", draws, "at least 1")?;
        require(at_a_time > 0, "at_a_time", at_a_time, "at least 1")?;
        let q = no_grad(|| self.encode(x, &mut Context::evaluate()))?;
        let samples = x.shape()[0];
        let (together, block) = ((at_a_time / draws).max(1), draws.min(at_a_time));
        let mut estimates = Vec::with_capacity(samples);
        for start in (0..samples).step_by(together) {
            let range = start..samples.min(start + together);
            let rows = |tensor: &Tensor<E>| tensor.detach().slice_axis(0, range.clone().into());
            let (q, x) = (DiagonalGaussian::new(rows(q.mean()), rows(q.log_var())), rows(x));
            let mut streams: Vec<Stream> =
                range.clone().map(|n| Stream::new(seed, "importance sampling", &[first + n as u64])).collect();
            let mut sums = vec![LogWeights::default(); range.len()];
            for done in (0..draws).step_by(block) {
                let count = block.min(draws - done);
                let log_weights = no_grad(|| self.log_weights(&q, &x, count, &mut streams))?;
                for (sum, row) in sums.iter_mut().zip(log_weights.view_as::<ndarray::Ix2>().axis_iter(Axis(0))) {
                    row.iter().for_each(|log| sum.add(log.as_f64()));
                }
            }
            estimates.extend(sums.iter().map(LogWeights::log_mean));
        }
        Ok(estimates)
    }

    /// `ln p(x | z) + ln p(z) - ln q(z | x)` at draws of each image's own stream, (samples, draws).
    fn log_weights(
        &self,
        q: &DiagonalGaussian<E>,
        x: &Tensor<E>,
        draws: usize,
        streams: &mut [Stream],
    ) -> Result<Tensor<E>, ModelError> {
        let mut noise = Array2::zeros((streams.len() * draws, self.latent_dim()));
        for (mut rows, stream) in noise.axis_chunks_iter_mut(Axis(0), draws).zip(streams) {
            rows.map_inplace(|element| *element = stream.normal());
        }
        let q = q.repeat(draws);
        let z = q.mean() + (q.log_var() * E::of(0.5)).exp() * Tensor::constant(noise);
        let context = &mut Context::evaluate();
        let output = self.decoder_output(&z, context)?;
        let nll = self.nll(&output, &repeat_rows(x, draws), context)?;
        let log_weights = DiagonalGaussian::standard(z.shape()).log_prob(&z) - q.log_prob(&z) - nll;
        Ok(log_weights.reshape(&[x.shape()[0], draws]))
    }
}
