//! `p(x | z)`: what the decoder's output means.

use crate::error::{ModelError, require};
use latent_layers::{Context, Count, Parameter, State, Visitor};
use latent_losses::PerSample;
use latent_losses::reconstruction::{Sigma as NllSigma, bce_with_logits, gaussian_nll, mse};
use latent_numeric::Scalar;
use latent_tensor::{Tensor, is_recomputing, no_grad};
use ndarray::{arr0, arr1};
use serde::{Deserialize, Serialize};

/// The distribution of an image, given its code.
///
/// ```
/// use latent_models::{Likelihood, Sigma};
///
/// let named = |text: &str| serde_json::from_str::<Likelihood>(text).unwrap();
/// assert_eq!(named(r#""bernoulli""#), Likelihood::Bernoulli);
/// assert_eq!(named(r#"{"gaussian": {"fixed": 0.1}}"#), Likelihood::Gaussian(Sigma::Fixed(0.1)));
/// assert_eq!(named(r#"{"gaussian": "learned"}"#), Likelihood::Gaussian(Sigma::Learned));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likelihood {
    /// Independent pixels in `[0, 1]` with these logits. For grey pixels a cross-entropy and no likelihood.
    #[default]
    Bernoulli,
    /// Independent pixels around these means.
    Gaussian(Sigma),
}

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

/// A likelihood with what it owns.
#[derive(Debug)]
pub(super) struct Observed<E: Scalar> {
    likelihood: Likelihood,
    log_var: Option<Parameter<E>>,
    running: Option<Running<E>>,
}

#[derive(Debug)]
struct Running<E: Scalar> {
    var: State<E>,
    batches: Count,
}

/// The running variance follows the mean of all batches at first, and later this fast.
const SLOWEST: f64 = 0.05;

impl<E: Scalar> Observed<E> {
    pub fn new(likelihood: Likelihood) -> Result<Self, ModelError> {
        let (mut log_var, mut running) = (None, None);
        let positive = |key, sigma: f64| require(sigma > 0.0 && sigma.is_finite(), key, sigma, "positive and finite");
        match likelihood {
            Likelihood::Bernoulli => {}
            Likelihood::Gaussian(Sigma::Fixed(sigma)) => positive("likelihood.gaussian.fixed", sigma)?,
            Likelihood::Gaussian(Sigma::Learned) => log_var = Some(Parameter::new(arr1(&[E::zero()]))),
            Likelihood::Gaussian(Sigma::Optimal { floor }) => {
                positive("likelihood.gaussian.optimal.floor", floor)?;
                running = Some(Running { var: State::new(arr0(E::one())), batches: Count::new(0) });
            }
        }
        Ok(Self { likelihood, log_var, running })
    }

    pub fn likelihood(&self) -> Likelihood {
        self.likelihood
    }

    pub fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        if let Some(log_var) = &self.log_var {
            visitor.parameter("log_var", log_var);
        }
        if let Some(running) = &self.running {
            visitor.state("running_var", &running.var);
            visitor.count("num_batches_tracked", &running.batches);
        }
    }

    /// The mean of `p(x | z)`.
    pub fn mean(&self, output: &Tensor<E>) -> Tensor<E> {
        match self.likelihood {
            Likelihood::Bernoulli => output.sigmoid(),
            Likelihood::Gaussian(_) => output.clone(),
        }
    }

    /// `-ln p(x | z)` of each sample, in nats.
    pub fn nll(&self, output: &Tensor<E>, x: &Tensor<E>, context: &Context) -> Result<Tensor<E>, ModelError> {
        let sigma = match self.likelihood {
            Likelihood::Bernoulli => return Ok(bce_with_logits(output, x, PerSample)?),
            Likelihood::Gaussian(sigma) => sigma,
        };
        if let Some(log_var) = &self.log_var {
            let log_var = log_var.tensor().broadcast_to(output.shape());
            return Ok(gaussian_nll(output, x, NllSigma::Learned { log_var: &log_var }, PerSample)?);
        }
        let sigma = match (sigma, &self.running) {
            (Sigma::Optimal { floor }, Some(running)) if context.is_training() => {
                if !is_recomputing() {
                    running.follow(no_grad(|| mse(output, x, latent_losses::Mean)).item());
                }
                NllSigma::Optimal { floor: E::of(floor) }
            }
            (Sigma::Optimal { floor }, Some(running)) => {
                NllSigma::Fixed(E::of(running.var.tensor().item().as_f64().sqrt().max(floor)))
            }
            (Sigma::Fixed(sigma), _) => NllSigma::Fixed(E::of(sigma)),
            (Sigma::Learned | Sigma::Optimal { .. }, _) => unreachable!("made with what it owns"),
        };
        Ok(gaussian_nll(output, x, sigma, PerSample)?)
    }
}

impl<E: Scalar> Running<E> {
    fn follow(&self, variance: E) {
        let batches = self.batches.increment();
        let rate = E::of((1.0 / batches as f64).max(SLOWEST));
        let mut var = self.var.elements();
        var[0] = (E::one() - rate) * var[0] + rate * variance;
    }
}
