//! Variational autoencoders.

use super::Trained;
use crate::failure::Failure;
use latent_layers::Context;
use latent_models::train::VaeTask;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};

/// Codes are the means of `q(z | x)`; the log-variances of Gaussian ones come with them.
impl Trained for VaeTask {
    fn kind(&self) -> &'static str {
        "a variational autoencoder"
    }

    fn sample(&self, samples: usize, _: Option<&[usize]>, stream: &mut Stream) -> Result<Tensor, Failure> {
        Ok(self.vae.sample(samples, stream)?)
    }

    fn encode(&self, x: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure> {
        let posterior = no_grad(|| self.vae.infer(&x.into(), &mut Context::evaluate()))?;
        let log_var = posterior.as_gaussian().map(|q| ("log_var", q.log_var().clone()));
        Ok([("codes", posterior.mean())].into_iter().chain(log_var).collect())
    }

    fn reconstruct(&self, x: &Tensor) -> Result<Tensor, Failure> {
        Ok(self.vae.reconstruct(x)?)
    }
}
