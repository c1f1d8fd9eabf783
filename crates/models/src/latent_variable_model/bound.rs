//! `ln w = ln p(x | z) + ln p(z) - ln q(z | x)` at draws `z ~ q(z | x)`

use super::{LatentVariableModel, Observation};
use crate::error::ModelError;
use crate::posterior::{Draw, Posterior};
use latent_layers::Context;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Draws from the posterior of a batch, `k` for each sample, and how likely they make the data: what objectives are
/// made of.
pub struct Draws<'m, E: Scalar = f32> {
    model: &'m LatentVariableModel<E>,
    /// The data, each as often as there are draws of it.
    pub observed: Observation<E>,
    /// `q(z | x)` of each sample once.
    pub posterior: Box<dyn Posterior<E> + 'm>,
    /// The codes, (N k, ...): all of the first sample, then all of the second.
    pub draw: Draw<E>,
    /// `ln p(x | z)` in nats, (N k).
    pub log_likelihood: Tensor<E>,
    /// Draws of each sample.
    pub k: usize,
}

impl<E: Scalar> LatentVariableModel<E> {
    /// Draws `k` codes for each sample and decodes them.
    ///
    /// # Errors
    /// If the data are of another size, without a condition that the model needs, or outside of the likelihood's domain.
    ///
    /// # Panics
    /// If there are no draws.
    pub fn draws(
        &self,
        observed: &Observation<E>,
        k: usize,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<Draws<'_, E>, ModelError> {
        assert!(k > 0, "draws: at least one for each sample");
        let posterior = self.infer(observed, context)?;
        let (draw, observed) = if k == 1 {
            (posterior.draw(context, noise)?, observed.clone())
        } else {
            let rows: Vec<usize> = (0..observed.samples() * k).map(|row| row / k).collect();
            (posterior.select(&rows).draw(context, noise)?, observed.repeat(k))
        };
        let log_likelihood = self.decoder.log_prob(&draw.z, &observed, context)?;
        Ok(Draws { model: self, observed, posterior, draw, log_likelihood, k })
    }
}

impl<E: Scalar> Draws<'_, E> {
    /// `ln p(z)` of each code in nats, (N k).
    ///
    /// # Errors
    /// Those of the prior.
    pub fn log_prior(&self, context: &mut Context) -> Result<Tensor<E>, ModelError> {
        self.model.prior.log_prob(&self.draw.z, &self.observed, self.model, context)
    }

    /// `KL(q(z | x) || p(z))` of each sample: in closed form where there is one, (N, ...), to be summed over all but the
    /// first axis; else the mean over its draws of `ln q(z | x) - ln p(z)`, (N).
    ///
    /// # Errors
    /// [`ModelError::NoDensity`] if there is neither.
    pub fn kl(&self, context: &mut Context) -> Result<Tensor<E>, ModelError> {
        if let Some(kl) = self.posterior.kl(&*self.model.prior) {
            return Ok(kl);
        }
        let ratio = self.log_q()? - self.log_prior(context)?;
        Ok(self.by_sample(&ratio).mean_axes(&[1], false))
    }

    /// `ln p(x | z) + ln p(z) - ln q(z | x)` in nats, (N, k).
    ///
    /// # Errors
    /// [`ModelError::NoDensity`] if codes have no density.
    pub fn log_weights(&self, context: &mut Context) -> Result<Tensor<E>, ModelError> {
        let log_weights = self.log_prior(context)? - self.log_q()? + &self.log_likelihood;
        Ok(self.by_sample(&log_weights))
    }

    fn log_q(&self) -> Result<&Tensor<E>, ModelError> {
        self.draw.log_q.as_ref().ok_or(ModelError::NoDensity { encoder: self.model.encoder.kind() })
    }

    /// Numbers of draws, (N k), as (N, k).
    pub fn by_sample(&self, values: &Tensor<E>) -> Tensor<E> {
        values.reshape(&[values.len() / self.k, self.k])
    }
}
