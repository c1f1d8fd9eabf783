//! Activations, as a configuration names them.

use latent_layers::Activation;
use serde::{Deserialize, Serialize};

/// The activation function between the layers of a network.
///
/// ```
/// use latent_layers::Activation;
/// use latent_models::Nonlinearity;
///
/// let named: Nonlinearity = serde_json::from_str("\"leaky_relu\"").unwrap();
/// assert_eq!(named.activation(), Activation::LeakyRelu(0.2));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nonlinearity {
    /// `max(x, 0)`
    #[default]
    Relu,
    /// `x` above zero, `0.2 x` below.
    LeakyRelu,
    /// `x` above zero, `e^x - 1` below.
    Elu,
    /// `x sigmoid(x)`
    Silu,
    /// `tanh x`
    Tanh,
    /// `ln(1 + e^x)`
    Softplus,
}

impl Nonlinearity {
    /// The layer.
    pub fn activation(self) -> Activation {
        match self {
            Self::Relu => Activation::Relu,
            Self::LeakyRelu => Activation::LeakyRelu(0.2),
            Self::Elu => Activation::Elu(1.0),
            Self::Silu => Activation::Silu,
            Self::Tanh => Activation::Tanh,
            Self::Softplus => Activation::Softplus,
        }
    }
}
