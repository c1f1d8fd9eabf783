//! `z = f(x)`

use super::{Draw, Inference, Posterior};
use crate::error::ModelError;
use crate::posterior::gaussian::encoded;
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Layer, Module, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Layers that give the code itself: autoencoders, regularised (Ghosh et al. 2020) or Wasserstein (Tolstikhin et al.
/// 2018) ones. Its codes have no density, so that there is no bound of the likelihood.
pub struct DeterministicEncoder<E: Scalar = f32> {
    layers: Box<dyn Layer<E>>,
    features: usize,
    latent_dim: usize,
}

impl<E: Scalar> DeterministicEncoder<E> {
    /// Of these layers, which map (N, features) to (N, latent_dim).
    pub fn new(layers: impl Layer<E> + 'static, features: usize, latent_dim: usize) -> Self {
        Self { layers: Box::new(layers), features, latent_dim }
    }
}

impl<E: Scalar> Module<E> for DeterministicEncoder<E> {
    fn kind(&self) -> &'static str {
        "deterministic"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.layers.visit(visitor);
    }
}

impl<E: Scalar> Inference<E> for DeterministicEncoder<E> {
    fn infer<'m>(
        &'m self,
        observed: &Observation<E>,
        _: &'m LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Box<dyn Posterior<E> + 'm>, ModelError> {
        Ok(Box::new(Point(encoded(
            &*self.layers,
            observed,
            self.features,
            self.latent_dim,
            format_args!("codes"),
            context,
        )?)))
    }
}

/// A code, and no other.
struct Point<E: Scalar>(Tensor<E>);

impl<E: Scalar> Posterior<E> for Point<E> {
    fn draw(&self, _: &mut Context, _: &mut Stream) -> Result<Draw<E>, ModelError> {
        Ok(Draw::deterministic(self.0.clone()))
    }

    fn mean(&self) -> Tensor<E> {
        self.0.clone()
    }

    fn select(&self, rows: &[usize]) -> Box<dyn Posterior<E> + '_> {
        Box::new(Self(self.0.index_select(0, rows)))
    }
}
