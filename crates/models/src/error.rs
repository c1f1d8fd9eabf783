//! What can be wrong with a model's settings and with what it is given.

use latent_layers::LayerError;
use latent_losses::LossError;
use thiserror::Error;

/// Why a model could not be built, or not be applied.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Dimensions that do not fit a layer, with its path.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// Data outside the domain of a likelihood, or a weight that is none.
    #[error(transparent)]
    Loss(#[from] LossError),
    /// A setting with which there is no such model.
    #[error("{key} is {value}, expected {expected}")]
    Setting {
        /// Its name, as in a configuration.
        key: &'static str,
        /// Its value.
        value: String,
        /// What is allowed.
        expected: String,
    },
    /// Numbers outside the range that a model is made for.
    #[error("{what} must lie in [{low}, {high}], but range from {found_low} to {found_high}")]
    Range {
        /// Which numbers.
        what: &'static str,
        /// The least that is allowed.
        low: f64,
        /// The largest that is allowed.
        high: f64,
        /// The least that was found; NaN if one is.
        found_low: f64,
        /// The largest that was found; NaN if one is.
        found_high: f64,
    },
    /// Codes without a density `q(z | x)`, where a bound of the likelihood needs one.
    #[error(
        "codes of the encoder {encoder} have no density, so that there is no bound of the likelihood: use an objective without one"
    )]
    NoDensity {
        /// The kind of encoder.
        encoder: &'static str,
    },
    /// Means and variances of codes whose distribution is no diagonal Gaussian.
    #[error(
        "codes of the encoder {encoder} are not distributed as diagonal Gaussians, whose means and variances were asked for"
    )]
    NotGaussian {
        /// The kind of encoder.
        encoder: &'static str,
    },
    /// Classes that do not fit a conditional model, or its batch.
    #[error("the classes of a batch: {0}")]
    Classes(String),
}

impl ModelError {
    pub(crate) fn setting(key: &'static str, value: impl ToString, expected: impl Into<String>) -> Self {
        Self::Setting { key, value: value.to_string(), expected: expected.into() }
    }
}

/// Holds a setting against its domain.
pub(crate) fn require(
    holds: bool,
    key: &'static str,
    value: impl ToString,
    expected: impl Into<String>,
) -> Result<(), ModelError> {
    if holds { Ok(()) } else { Err(ModelError::setting(key, value, expected)) }
}

/// Holds a weight of an objective against its domain.
pub(crate) fn require_weight(key: &'static str, weight: f64) -> Result<(), ModelError> {
    require(weight >= 0.0 && weight.is_finite(), key, weight, "a finite number, at least zero")
}
