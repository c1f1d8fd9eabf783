//! `q(z | x) = prod_j 1 / (2 b_j) e^(-|z_j - m_j| / b_j)`

use super::{Draw, Inference, Posterior};
use crate::error::ModelError;
use crate::posterior::gaussian::encoded;
use crate::prior::{LaplacePrior, Prior};
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Layer, Module, Visitor};
use latent_losses::Elements;
use latent_losses::distributions::{Distribution, Laplace, Reparameterized};
use latent_losses::divergence::kl_laplace;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use std::any::Any;

/// Layers that give locations and logarithms of scales of independent Laplace distributions: with a
/// [`LaplacePrior`] codes are sparse.
///
/// # Shapes
/// The layers map (N, features) to (N, 2 latent_dim), locations before log-scales.
pub struct LaplaceEncoder<E: Scalar = f32> {
    layers: Box<dyn Layer<E>>,
    features: usize,
    latent_dim: usize,
}

impl<E: Scalar> LaplaceEncoder<E> {
    /// Of these layers, for data and codes of these sizes.
    pub fn new(layers: impl Layer<E> + 'static, features: usize, latent_dim: usize) -> Self {
        Self { layers: Box::new(layers), features, latent_dim }
    }
}

impl<E: Scalar> Module<E> for LaplaceEncoder<E> {
    fn kind(&self) -> &'static str {
        "laplace"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.layers.visit(visitor);
    }
}

impl<E: Scalar> Inference<E> for LaplaceEncoder<E> {
    fn infer<'m>(
        &'m self,
        observed: &Observation<E>,
        _: &'m LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Box<dyn Posterior<E> + 'm>, ModelError> {
        let d = self.latent_dim;
        let both =
            encoded(&*self.layers, observed, self.features, 2 * d, format_args!("locations and log-scales"), context)?;
        let [location, log_scale] = <[_; 2]>::try_from(both.split(1, &[d, d])).expect("two halves");
        Ok(Box::new(LaplacePosterior(Laplace::new(location, log_scale))))
    }
}

struct LaplacePosterior<E: Scalar>(Laplace<E>);

impl<E: Scalar> Posterior<E> for LaplacePosterior<E> {
    fn draw(&self, _: &mut Context, noise: &mut Stream) -> Result<Draw<E>, ModelError> {
        let z = self.0.rsample(noise);
        let log_q = self.0.log_prob(&z);
        Ok(Draw::new(z, log_q))
    }

    fn mean(&self) -> Tensor<E> {
        self.0.location().clone()
    }

    fn select(&self, rows: &[usize]) -> Box<dyn Posterior<E> + '_> {
        let of = |tensor: &Tensor<E>| tensor.index_select(0, rows);
        Box::new(Self(Laplace::new(of(self.0.location()), of(self.0.log_scale()))))
    }

    fn log_prob(&self, z: &Tensor<E>, _: &mut Context) -> Result<Option<Tensor<E>>, ModelError> {
        Ok(Some(self.0.log_prob(z)))
    }

    fn kl(&self, prior: &dyn Prior<E>) -> Option<Tensor<E>> {
        (prior as &dyn Any).is::<LaplacePrior>().then(|| {
            let zeros = || Tensor::zeros(self.0.location().shape());
            kl_laplace(&self.0, &Laplace::new(zeros(), zeros()), Elements)
        })
    }
}
