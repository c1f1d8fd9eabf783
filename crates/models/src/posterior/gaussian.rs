//! `q(z | x) = N(z; m(x), diag s(x)^2)`

use super::{Draw, Inference, Posterior};
use crate::error::ModelError;
use crate::latent_variable_model::beside;
use crate::prior::{Prior, StandardNormal};
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Layer, Module, Visitor};
use latent_losses::Elements;
use latent_losses::distributions::{DiagonalGaussian, Distribution, Reparameterized};
use latent_losses::divergence::kl_standard_normal;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use std::any::Any;
use std::fmt;

/// Layers that give means and log-variances of independent Gaussians (Kingma and Welling 2014, appendix C.2).
///
/// # Shapes
/// The layers map (N, features), with the condition in the columns after them if there is one, to (N, 2 latent_dim):
/// means before log-variances.
pub struct GaussianEncoder<E: Scalar = f32> {
    layers: Box<dyn Layer<E>>,
    features: usize,
    latent_dim: usize,
}

impl<E: Scalar> GaussianEncoder<E> {
    /// Of these layers, for data and codes of these sizes.
    pub fn new(layers: impl Layer<E> + 'static, features: usize, latent_dim: usize) -> Self {
        Self { layers: Box::new(layers), features, latent_dim }
    }

    /// The Gaussians of a batch.
    ///
    /// # Errors
    /// If the data are of another size, or the layers' output is.
    pub fn gaussian(
        &self,
        observed: &Observation<E>,
        context: &mut Context,
    ) -> Result<DiagonalGaussian<E>, ModelError> {
        let both = encoded(
            &*self.layers,
            observed,
            self.features,
            2 * self.latent_dim,
            format_args!("means and log-variances of {} latent dimensions", self.latent_dim),
            context,
        )?;
        let [mean, log_var] = <[_; 2]>::try_from(both.split(1, &[self.latent_dim; 2])).expect("two halves");
        Ok(DiagonalGaussian::new(mean, log_var))
    }
}

/// What the layers of an encoder make of a batch, with the sizes that are expected of it.
pub(crate) fn encoded<E: Scalar>(
    layers: &dyn Layer<E>,
    observed: &Observation<E>,
    features: usize,
    outputs: usize,
    what: fmt::Arguments<'_>,
    context: &mut Context,
) -> Result<Tensor<E>, ModelError> {
    const KIND: &str = "vae";
    let x = &observed.x;
    if !matches!(x.shape(), &[_, given] if given == features) {
        let shape = x.shape();
        let error = context.within("encoder", |at| at.shape_error(KIND, format!("(samples, {features})"), shape));
        return Err(error.into());
    }
    let output = context.apply("encoder", layers, &beside(x, observed.condition.as_ref()))?;
    if output.shape() != [x.shape()[0], outputs] {
        let expected = format!("({}, {outputs}), {what}", x.shape()[0]);
        return Err(context.within("encoder", |at| at.shape_error(KIND, expected, output.shape())).into());
    }
    Ok(output)
}

impl<E: Scalar> Module<E> for GaussianEncoder<E> {
    fn kind(&self) -> &'static str {
        "gaussian_encoder"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.layers.visit(visitor);
    }
}

impl<E: Scalar> Inference<E> for GaussianEncoder<E> {
    fn infer<'m>(
        &'m self,
        observed: &Observation<E>,
        _: &'m LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Box<dyn Posterior<E> + 'm>, ModelError> {
        Ok(Box::new(DiagonalPosterior(self.gaussian(observed, context)?)))
    }
}

/// Independent Gaussians as a posterior.
#[derive(Clone, Debug)]
pub struct DiagonalPosterior<E: Scalar = f32>(pub DiagonalGaussian<E>);

impl<E: Scalar> DiagonalPosterior<E> {
    pub(crate) fn of_rows(&self, rows: &[usize]) -> DiagonalGaussian<E> {
        DiagonalGaussian::new(self.0.mean().index_select(0, rows), self.0.log_var().index_select(0, rows))
    }
}

impl<E: Scalar> Posterior<E> for DiagonalPosterior<E> {
    fn draw(&self, _: &mut Context, noise: &mut Stream) -> Result<Draw<E>, ModelError> {
        let z = self.0.rsample(noise);
        let log_q = self.0.log_prob(&z);
        Ok(Draw::new(z, log_q))
    }

    fn mean(&self) -> Tensor<E> {
        self.0.mean().clone()
    }

    fn select(&self, rows: &[usize]) -> Box<dyn Posterior<E> + '_> {
        Box::new(Self(self.of_rows(rows)))
    }

    fn log_prob(&self, z: &Tensor<E>, _: &mut Context) -> Result<Option<Tensor<E>>, ModelError> {
        Ok(Some(self.0.log_prob(z)))
    }

    fn kl(&self, prior: &dyn Prior<E>) -> Option<Tensor<E>> {
        let standard = (prior as &dyn Any).is::<StandardNormal>();
        standard.then(|| kl_standard_normal(self.0.mean(), self.0.log_var(), Elements))
    }

    fn as_gaussian(&self) -> Option<&DiagonalGaussian<E>> {
        Some(&self.0)
    }
}
