//! `p(x | z)`: how data are made from codes.

mod layers;

pub use layers::LayerDecoder;

use crate::Observation;
use crate::error::ModelError;
use crate::likelihood::DataDistribution;
use latent_layers::{Context, Module};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use std::any::Any;

/// The distribution `p(x | z)` of data given their codes, or `p(x | z, y)` given a condition too.
pub trait Decoder<E: Scalar = f32>: Module<E> + Any {
    /// `ln p(x | z)` of each sample in nats, (N).
    ///
    /// # Errors
    /// If codes or data are of another size, or data are outside of the likelihood's domain.
    fn log_prob(
        &self,
        z: &Tensor<E>,
        observed: &Observation<E>,
        context: &mut Context,
    ) -> Result<Tensor<E>, ModelError>;

    /// The mean of `p(x | z)`, (N, features).
    ///
    /// # Errors
    /// If codes are of another size.
    fn mean(
        &self,
        z: &Tensor<E>,
        condition: Option<&Tensor<E>>,
        context: &mut Context,
    ) -> Result<Tensor<E>, ModelError>;

    /// A draw from `p(x | z)`, (N, features), in evaluation.
    ///
    /// # Errors
    /// If codes are of another size.
    fn sample(&self, z: &Tensor<E>, condition: Option<&Tensor<E>>, noise: &mut Stream)
    -> Result<Tensor<E>, ModelError>;

    /// The distribution of independent numbers that its output parameterises, if it has one: its parameters and states
    /// are at the top of the model's paths (`log_var`).
    fn likelihood(&self) -> Option<&dyn DataDistribution<E>> {
        None
    }
}
