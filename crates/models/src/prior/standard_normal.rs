//! `p(z) = N(z; 0, I)`

use super::Prior;
use crate::error::ModelError;
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Module, Visitor};
use latent_losses::distributions::{DiagonalGaussian, Distribution};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Independent standard normal numbers, of any shape that the model's codes have.
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardNormal;

impl<E: Scalar> Module<E> for StandardNormal {
    fn kind(&self) -> &'static str {
        "standard_normal"
    }

    fn visit<'a>(&'a self, _: &mut Visitor<'a, E>) {}
}

impl<E: Scalar> Prior<E> for StandardNormal {
    fn log_prob(
        &self,
        z: &Tensor<E>,
        _: &Observation<E>,
        _: &LatentVariableModel<E>,
        _: &mut Context,
    ) -> Result<Tensor<E>, ModelError> {
        Ok(DiagonalGaussian::standard(z.shape()).log_prob(z))
    }

    fn sample(
        &self,
        samples: usize,
        _: Option<&Tensor<E>>,
        model: &LatentVariableModel<E>,
        noise: &mut Stream,
    ) -> Result<Tensor<E>, ModelError> {
        Ok(Tensor::normal(&model.shape_of_codes(samples), noise))
    }
}
