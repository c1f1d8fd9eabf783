//! `-ln p(x | m, s) = sum_i 1/2 [ln 2 pi s^2 + (x_i - m_i)^2 / s^2]`

use super::DataDistribution;
use crate::error::{ModelError, require};
use latent_layers::{Context, Count, Module, Parameter, State, Visitor};
use latent_losses::PerSample;
use latent_losses::reconstruction::{Sigma as NllSigma, gaussian_nll, mse};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, is_recomputing, no_grad};
use ndarray::{arr0, arr1};
use serde::{Deserialize, Serialize};

/// The standard deviation of a Gaussian likelihood, one for all pixels, in units of the data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sigma {
    /// A constant standard deviation.
    Fixed(f64),
    /// A parameter `log_var` of the model, from one on.
    Learned,
    /// In training the one that maximises the likelihood of the batch (Rybkin, Daniilidis and Levine 2021, equation
    /// 4); in evaluation the square root of a running mean of its squares, the state `running_var`, so that the model
    /// is one density whatever the batch.
    Optimal {
        /// The least sigma.
        floor: f64,
    },
}

/// Independent numbers around these means, with one standard deviation for all.
#[derive(Debug)]
pub struct Gaussian<E: Scalar = f32>(Deviation<E>);

/// A standard deviation with what it owns.
#[derive(Debug)]
enum Deviation<E: Scalar> {
    Fixed(f64),
    Learned { log_var: Parameter<E> },
    Optimal { floor: f64, running_var: State<E>, batches: Count },
}

/// The running variance follows the mean of all batches at first, and later this fast.
const SLOWEST: f64 = 0.05;

impl<E: Scalar> Gaussian<E> {
    /// With this standard deviation.
    ///
    /// # Errors
    /// If a sigma, or the least one, is not positive and finite.
    pub fn new(sigma: Sigma) -> Result<Self, ModelError> {
        let positive = |key, sigma: f64| require(sigma > 0.0 && sigma.is_finite(), key, sigma, "positive and finite");
        Ok(Self(match sigma {
            Sigma::Fixed(sigma) => {
                positive("likelihood.gaussian.fixed", sigma)?;
                Deviation::Fixed(sigma)
            }
            Sigma::Learned => Deviation::Learned { log_var: Parameter::new(arr1(&[E::zero()])) },
            Sigma::Optimal { floor } => {
                positive("likelihood.gaussian.optimal.floor", floor)?;
                Deviation::Optimal { floor, running_var: State::new(arr0(E::one())), batches: Count::new(0) }
            }
        }))
    }

    /// The standard deviation in evaluation.
    pub fn sigma(&self) -> f64 {
        match &self.0 {
            Deviation::Fixed(sigma) => *sigma,
            Deviation::Learned { log_var } => (0.5 * log_var.tensor().item().as_f64()).exp(),
            Deviation::Optimal { floor, running_var, .. } => running_var.tensor().item().as_f64().sqrt().max(*floor),
        }
    }
}

impl<E: Scalar> Module<E> for Gaussian<E> {
    fn kind(&self) -> &'static str {
        "gaussian"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        match &self.0 {
            Deviation::Fixed(_) => {}
            Deviation::Learned { log_var } => visitor.parameter("log_var", log_var),
            Deviation::Optimal { running_var, batches, .. } => {
                visitor.state("running_var", running_var);
                visitor.count("num_batches_tracked", batches);
            }
        }
    }
}

impl<E: Scalar> DataDistribution<E> for Gaussian<E> {
    fn nll(&self, output: &Tensor<E>, x: &Tensor<E>, context: &Context) -> Result<Tensor<E>, ModelError> {
        let sigma = match &self.0 {
            Deviation::Learned { log_var } => {
                let log_var = log_var.tensor().broadcast_to(output.shape());
                return Ok(gaussian_nll(output, x, NllSigma::Learned { log_var: &log_var }, PerSample)?);
            }
            Deviation::Optimal { floor, running_var, batches } if context.is_training() => {
                if !is_recomputing() {
                    follow(running_var, batches, no_grad(|| mse(output, x, latent_losses::Mean)).item());
                }
                NllSigma::Optimal { floor: E::of(*floor) }
            }
            Deviation::Fixed(_) | Deviation::Optimal { .. } => NllSigma::Fixed(E::of(self.sigma())),
        };
        Ok(gaussian_nll(output, x, sigma, PerSample)?)
    }

    fn mean(&self, output: &Tensor<E>) -> Tensor<E> {
        output.clone()
    }

    fn sample(&self, output: &Tensor<E>, noise: &mut Stream) -> Tensor<E> {
        output.detach() + Tensor::normal(output.shape(), noise) * E::of(self.sigma())
    }
}

fn follow<E: Scalar>(running_var: &State<E>, batches: &Count, variance: E) {
    let rate = E::of((1.0 / batches.increment() as f64).max(SLOWEST));
    let mut var = running_var.elements();
    var[0] = (E::one() - rate) * var[0] + rate * variance;
}
