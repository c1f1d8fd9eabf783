//! `p(z) = prod_j 1/2 e^-|z_j|`

use super::Prior;
use crate::error::ModelError;
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Module, Visitor};
use latent_losses::distributions::{Distribution, Laplace};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Independent Laplace numbers of scale one, which favours codes near zero.
#[derive(Clone, Copy, Debug, Default)]
pub struct LaplacePrior;

impl LaplacePrior {
    fn of<E: Scalar>(shape: &[usize]) -> Laplace<E> {
        Laplace::new(Tensor::zeros(shape), Tensor::zeros(shape))
    }
}

impl<E: Scalar> Module<E> for LaplacePrior {
    fn kind(&self) -> &'static str {
        "laplace_prior"
    }

    fn visit<'a>(&'a self, _: &mut Visitor<'a, E>) {}
}

impl<E: Scalar> Prior<E> for LaplacePrior {
    fn log_prob(
        &self,
        z: &Tensor<E>,
        _: &Observation<E>,
        _: &LatentVariableModel<E>,
        _: &mut Context,
    ) -> Result<Tensor<E>, ModelError> {
        Ok(Self::of(z.shape()).log_prob(z))
    }

    fn sample(
        &self,
        samples: usize,
        _: Option<&Tensor<E>>,
        model: &LatentVariableModel<E>,
        noise: &mut Stream,
    ) -> Result<Tensor<E>, ModelError> {
        Ok(Self::of(&model.shape_of_codes(samples)).sample(noise))
    }
}
