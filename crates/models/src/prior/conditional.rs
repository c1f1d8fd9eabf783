//! `p(z | y) = N(z; m(y), diag s(y)^2)`

use super::Prior;
use crate::error::ModelError;
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Layer, Module, Visitor};
use latent_losses::distributions::{DiagonalGaussian, Distribution, Reparameterized};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Layers that give means and log-variances of codes from the condition (Sohn, Lee and Yan 2015).
///
/// # Shapes
/// The layers map (N, c) to (N, 2 latent_dim), means before log-variances.
pub struct ConditionalPrior<E: Scalar = f32> {
    layers: Box<dyn Layer<E>>,
    latent_dim: usize,
}

impl<E: Scalar> ConditionalPrior<E> {
    /// Of these layers, for codes of this size.
    pub fn new(layers: impl Layer<E> + 'static, latent_dim: usize) -> Self {
        Self { layers: Box::new(layers), latent_dim }
    }

    fn given(&self, condition: Option<&Tensor<E>>, context: &mut Context) -> Result<DiagonalGaussian<E>, ModelError> {
        let missing = || ModelError::setting("prior", "conditional", "a model that is conditioned on something");
        let condition = condition.ok_or_else(missing)?;
        let both = context.apply("prior", &self.layers, condition)?;
        let d = self.latent_dim;
        if both.shape() != [condition.shape()[0], 2 * d] {
            let expected = format!("({}, {}), means and log-variances", condition.shape()[0], 2 * d);
            return Err(context.within("prior", |at| at.shape_error("vae", expected, both.shape())).into());
        }
        let [mean, log_var] = <[_; 2]>::try_from(both.split(1, &[d, d])).expect("two halves");
        Ok(DiagonalGaussian::new(mean, log_var))
    }
}

impl<E: Scalar> Module<E> for ConditionalPrior<E> {
    fn kind(&self) -> &'static str {
        "conditional_prior"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.layers.visit(visitor);
    }
}

impl<E: Scalar> Prior<E> for ConditionalPrior<E> {
    fn log_prob(
        &self,
        z: &Tensor<E>,
        observed: &Observation<E>,
        _: &LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Tensor<E>, ModelError> {
        Ok(self.given(observed.condition.as_ref(), context)?.log_prob(z))
    }

    fn sample(
        &self,
        _: usize,
        condition: Option<&Tensor<E>>,
        _: &LatentVariableModel<E>,
        noise: &mut Stream,
    ) -> Result<Tensor<E>, ModelError> {
        Ok(self.given(condition, &mut Context::evaluate())?.rsample(noise))
    }
}
