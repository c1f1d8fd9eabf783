//! `-ln p(x | l) = sum_i softplus(l_i) - l_i x_i`

use super::DataDistribution;
use crate::error::ModelError;
use latent_layers::{Context, Module, Visitor};
use latent_losses::PerSample;
use latent_losses::distributions::{self, Distribution};
use latent_losses::reconstruction::bce_with_logits;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Independent pixels, one with probability `sigmoid(output)`; grey pixels in `[0, 1]` give a cross-entropy.
#[derive(Clone, Copy, Debug)]
pub struct Bernoulli;

impl<E: Scalar> Module<E> for Bernoulli {
    fn kind(&self) -> &'static str {
        "bernoulli"
    }

    fn visit<'a>(&'a self, _: &mut Visitor<'a, E>) {}
}

impl<E: Scalar> DataDistribution<E> for Bernoulli {
    fn nll(&self, output: &Tensor<E>, x: &Tensor<E>, _: &Context) -> Result<Tensor<E>, ModelError> {
        Ok(bce_with_logits(output, x, PerSample)?)
    }

    fn mean(&self, output: &Tensor<E>) -> Tensor<E> {
        output.sigmoid()
    }

    fn sample(&self, output: &Tensor<E>, noise: &mut Stream) -> Tensor<E> {
        distributions::Bernoulli::new(output.clone()).sample(noise)
    }
}
