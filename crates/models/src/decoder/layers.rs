//! Layers whose output parameterises independent numbers.

use super::Decoder;
use crate::Observation;
use crate::error::ModelError;
use crate::latent_variable_model::beside;
use crate::likelihood::DataDistribution;
use latent_layers::{Context, Layer, Module, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};

/// A decoder of any layers, with any likelihood of independent numbers.
///
/// # Shapes
/// The layers map codes (N, latent_dim), with the condition in the columns after them if there is one, to
/// (N, features); codes of more axes go to the layers as they are.
pub struct LayerDecoder<E: Scalar = f32> {
    layers: Box<dyn Layer<E>>,
    likelihood: Box<dyn DataDistribution<E>>,
    features: usize,
    latent_dim: usize,
}

impl<E: Scalar> LayerDecoder<E> {
    /// Of these layers and this distribution of their output, for data and codes of so many numbers.
    pub fn new(
        layers: impl Layer<E> + 'static,
        likelihood: Box<dyn DataDistribution<E>>,
        features: usize,
        latent_dim: usize,
    ) -> Self {
        Self { layers: Box::new(layers), likelihood, features, latent_dim }
    }

    /// What the layers give: logits of a Bernoulli, means of a Gaussian likelihood, (N, features).
    ///
    /// # Errors
    /// If the codes are of another size, or the output is.
    pub fn output(
        &self,
        z: &Tensor<E>,
        condition: Option<&Tensor<E>>,
        context: &mut Context,
    ) -> Result<Tensor<E>, ModelError> {
        let refused = |context: &mut Context, expected: String, given: &[usize]| -> Result<Tensor<E>, ModelError> {
            Err(context.within("decoder", |at| at.shape_error("vae", expected, given)).into())
        };
        let numbers = z.shape().iter().skip(1).product::<usize>();
        if z.rank() < 2 || numbers != self.latent_dim {
            return refused(context, format!("(samples, {})", self.latent_dim), z.shape());
        }
        let output = context.apply("decoder", &self.layers, &beside(z, condition))?;
        if output.shape() != [z.shape()[0], self.features] {
            let expected = format!("({}, {}), one number a pixel", z.shape()[0], self.features);
            return refused(context, expected, output.shape());
        }
        Ok(output)
    }
}

impl<E: Scalar> Module<E> for LayerDecoder<E> {
    fn kind(&self) -> &'static str {
        "layer_decoder"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.layers.visit(visitor);
    }
}

impl<E: Scalar> Decoder<E> for LayerDecoder<E> {
    fn log_prob(
        &self,
        z: &Tensor<E>,
        observed: &Observation<E>,
        context: &mut Context,
    ) -> Result<Tensor<E>, ModelError> {
        let output = self.output(z, observed.condition.as_ref(), context)?;
        Ok(-self.likelihood.nll(&output, &observed.x, context)?)
    }

    fn mean(
        &self,
        z: &Tensor<E>,
        condition: Option<&Tensor<E>>,
        context: &mut Context,
    ) -> Result<Tensor<E>, ModelError> {
        Ok(self.likelihood.mean(&self.output(z, condition, context)?))
    }

    fn sample(
        &self,
        z: &Tensor<E>,
        condition: Option<&Tensor<E>>,
        noise: &mut Stream,
    ) -> Result<Tensor<E>, ModelError> {
        no_grad(|| Ok(self.likelihood.sample(&self.output(z, condition, &mut Context::evaluate())?, noise)))
    }

    fn likelihood(&self) -> Option<&dyn DataDistribution<E>> {
        Some(&*self.likelihood)
    }
}
