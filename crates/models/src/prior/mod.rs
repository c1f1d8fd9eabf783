//! `p(z)`: the distribution of codes before any data.

mod conditional;
mod laplace;
mod mixture;
mod standard_normal;
mod vamp;

pub use conditional::ConditionalPrior;
pub use laplace::LaplacePrior;
pub use mixture::MixturePrior;
pub use standard_normal::StandardNormal;
pub use vamp::VampPrior;

use crate::error::ModelError;
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Module};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use std::any::Any;

/// The distribution `p(z)`, or `p(z | y)` given a condition; its parameters are trained along.
///
/// A [`Posterior`](crate::posterior::Posterior) that knows the divergence to a prior in closed form recognises it by its
/// type, which is what [`Any`] is for.
pub trait Prior<E: Scalar = f32>: Module<E> + Any {
    /// `ln p(z)` of each code in nats, (N). What depends on the encoder, as a [`VampPrior`] does, has it from `model`; a
    /// conditional prior has the condition from `observed`.
    ///
    /// # Errors
    /// If the codes are of another size, or the model's posterior has no density where one is needed.
    fn log_prob(
        &self,
        z: &Tensor<E>,
        observed: &Observation<E>,
        model: &LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Tensor<E>, ModelError>;

    /// So many codes, (samples, ...), given a condition for each, if the prior is conditional.
    ///
    /// # Errors
    /// Those of the layers.
    fn sample(
        &self,
        samples: usize,
        condition: Option<&Tensor<E>>,
        model: &LatentVariableModel<E>,
        noise: &mut Stream,
    ) -> Result<Tensor<E>, ModelError>;
}
