//! `q(z | x)`: how codes are inferred from data.
//!
//! An [`Inference`] network gives the [`Posterior`] of a batch; codes are [drawn](Posterior::draw) from it with their
//! log-density. A new one is a struct with the layers, and one with their output for a batch.

mod deterministic;
mod flow;
mod full_gaussian;
mod gaussian;
mod laplace;
mod matrix_normal;
mod quantized;

pub use deterministic::DeterministicEncoder;
pub use flow::FlowEncoder;
pub use full_gaussian::FullGaussianEncoder;
pub use gaussian::{DiagonalPosterior, GaussianEncoder};
pub use laplace::LaplaceEncoder;
pub use matrix_normal::MatrixNormalEncoder;
pub use quantized::QuantizingEncoder;

use crate::error::ModelError;
use crate::prior::Prior;
use crate::{LatentVariableModel, Observation};
use latent_layers::{Context, Module};
use latent_losses::distributions::DiagonalGaussian;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Codes drawn from a posterior, a row for each sample.
#[derive(Clone, Debug)]
pub struct Draw<E: Scalar = f32> {
    /// The codes, (N, latent_dim) or (N, ...).
    pub z: Tensor<E>,
    /// `ln q(z | x)` of each in nats, (N); `None` where codes have no density: those of a deterministic encoder, or
    /// quantised ones.
    pub log_q: Option<Tensor<E>>,
    /// What is added to every objective with these codes, by name, (N) each: a codebook's loss, for example.
    pub losses: Vec<(&'static str, Tensor<E>)>,
}

impl<E: Scalar> Draw<E> {
    /// Codes with their log-density.
    pub fn new(z: Tensor<E>, log_q: Tensor<E>) -> Self {
        Self { z, log_q: Some(log_q), losses: Vec::new() }
    }

    /// Codes without a density.
    pub fn deterministic(z: Tensor<E>) -> Self {
        Self { z, log_q: None, losses: Vec::new() }
    }
}

/// The distributions `q(z | x)` of the codes of a batch.
pub trait Posterior<E: Scalar = f32> {
    /// A code for each sample, differentiable with respect to the parameters of the network.
    ///
    /// # Errors
    /// Those of the layers.
    fn draw(&self, context: &mut Context, noise: &mut Stream) -> Result<Draw<E>, ModelError>;

    /// The code that stands for each sample: the mean, where there is one.
    fn mean(&self) -> Tensor<E>;

    /// The posteriors of the samples of these numbers, in this order, as often as they are named: for several draws of
    /// each.
    fn select(&self, rows: &[usize]) -> Box<dyn Posterior<E> + '_>;

    /// `ln q(z | x)` of codes that were not drawn from it, (N) in nats; `None` where it is not known. A
    /// [`VampPrior`](crate::prior::VampPrior) needs it.
    ///
    /// # Errors
    /// Those of the layers.
    fn log_prob(&self, _z: &Tensor<E>, _context: &mut Context) -> Result<Option<Tensor<E>>, ModelError> {
        Ok(None)
    }

    /// `KL(q(z | x) || p(z))` in closed form for a prior with which there is one: (N, ...) in nats, whose sum over all
    /// but the first axis is the divergence of a sample. `None` where there is none; the objective then takes
    /// `ln q(z | x) - ln p(z)` of its draws.
    fn kl(&self, _prior: &dyn Prior<E>) -> Option<Tensor<E>> {
        None
    }

    /// The diagonal Gaussian that it is, if it is one: terms on means and variances ask for it.
    fn as_gaussian(&self) -> Option<&DiagonalGaussian<E>> {
        None
    }
}

/// A network that infers codes from data.
pub trait Inference<E: Scalar = f32>: Module<E> {
    /// `q(z | x)` of each sample of a batch. What needs the decoder or the prior, as Hamiltonian steps do, has them from
    /// `model`.
    ///
    /// # Errors
    /// If the data are of another size, or have no condition where one is needed.
    fn infer<'m>(
        &'m self,
        observed: &Observation<E>,
        model: &'m LatentVariableModel<E>,
        context: &mut Context,
    ) -> Result<Box<dyn Posterior<E> + 'm>, ModelError>;
}
