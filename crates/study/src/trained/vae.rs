//! Variational autoencoders.

use super::Trained;
use crate::failure::Failure;
use latent_layers::Context;
use latent_models::train::VaeTask;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};

/// Codes are the means of `q(z | x)`; their log-variances come with them.
impl Trained for VaeTask {
    fn kind(&self) -> &'static str {
        "a variational autoencoder"
    }

    fn sample(&self, samples: usize, _: Option<&[usize]>, stream: &mut Stream) -> Result<Tensor, Failure> {
        Ok(self.vae.sample(samples, stream)?)
    }

    fn encode(&self, x: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure> {
        let q = no_grad(|| self.vae.encode(x, &mut Context::evaluate()))?;
        Ok(vec![("codes", q.mean().clone()), ("log_var", q.log_var().clone())])
    }

    fn reconstruct(&self, x: &Tensor) -> Result<Tensor, Failure> {
        Ok(self.vae.reconstruct(x)?)
    }
}
