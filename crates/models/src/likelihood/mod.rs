//! `p(x | z)`: the distribution of the data that a decoder's output parameterises.
//!
//! | | output for each number of `x` | domain of `x` |
//! |---|---|---|
//! | [`Bernoulli`] | a logit | `[0, 1]` |
//! | [`Gaussian`] | a mean | real |
//! | [`ContinuousBernoulli`] | a logit | `[0, 1]` |
//! | [`DiscretizedLogistic`] | a location | 256 levels from 0 to 1 |
//!
//! One of one's own implements [`DataDistribution`] and goes into a [`LayerDecoder`](crate::decoder::LayerDecoder).

mod bernoulli;
mod continuous_bernoulli;
mod discretized_logistic;
mod gaussian;

pub use bernoulli::Bernoulli;
pub use continuous_bernoulli::ContinuousBernoulli;
pub use discretized_logistic::DiscretizedLogistic;
pub use gaussian::{Gaussian, Sigma};

use crate::error::ModelError;
use latent_layers::{Context, Module};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use serde::{Deserialize, Serialize};

/// The distribution of data, given a decoder's output of the same shape; what it has as parameters is trained along.
pub trait DataDistribution<E: Scalar = f32>: Module<E> {
    /// `-ln p(x | output)` of each sample in nats, shape (N). In training it may update states, such as a running
    /// variance.
    ///
    /// # Errors
    /// If `x` is outside of the domain.
    fn nll(&self, output: &Tensor<E>, x: &Tensor<E>, context: &Context) -> Result<Tensor<E>, ModelError>;

    /// The mean of `p(x | output)`, of the shape of the output.
    fn mean(&self, output: &Tensor<E>) -> Tensor<E>;

    /// A draw from `p(x | output)`.
    fn sample(&self, output: &Tensor<E>, noise: &mut Stream) -> Tensor<E>;
}

/// The distribution of an image, given its code: a name in a configuration.
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
    /// Independent grey pixels in `[0, 1]` with a normalised density (Loaiza-Ganem and Cunningham 2019).
    ContinuousBernoulli,
    /// Independent pixels of 256 levels, with a learned scale (Salimans et al. 2017).
    DiscretizedLogistic,
}

impl Likelihood {
    /// The distribution with its parameters.
    ///
    /// # Errors
    /// If a sigma is not positive.
    ///
    /// ```
    /// use latent_models::{Likelihood, Sigma};
    ///
    /// let error = Likelihood::Gaussian(Sigma::Fixed(0.0)).build::<f32>().err().unwrap();
    /// assert_eq!(error.to_string(), "likelihood.gaussian.fixed is 0, expected positive and finite");
    /// ```
    pub fn build<E: Scalar>(self) -> Result<Box<dyn DataDistribution<E>>, ModelError> {
        Ok(match self {
            Self::Bernoulli => Box::new(Bernoulli),
            Self::Gaussian(sigma) => Box::new(Gaussian::new(sigma)?),
            Self::ContinuousBernoulli => Box::new(ContinuousBernoulli),
            Self::DiscretizedLogistic => Box::new(DiscretizedLogistic::new()),
        })
    }
}
