//! Functions applied to each element.

use crate::{Context, Layer, LayerError, Module, Visitor};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// A function applied to each element; the formulas are those of the [`Tensor`] methods of the same names.
///
/// ```
/// use latent_layers::{Activation, Context, Layer};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![-2.0, 3.0]);
/// let y = Activation::LeakyRelu(0.2).forward(&x, &mut Context::evaluate()).unwrap();
/// assert_eq!(y.to_array(), array![-0.4, 3.0].into_dyn());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// `max(x, 0)`
    Relu,
    /// `x` above zero, this slope times `x` below.
    LeakyRelu(f64),
    /// `x` above zero, `alpha (e^x - 1)` below.
    Elu(f64),
    /// `x Phi(x)`
    Gelu,
    /// `x sigmoid(x)`
    Silu,
    /// `tanh x`
    Tanh,
    /// `1 / (1 + e^-x)`
    Sigmoid,
    /// `ln(1 + e^x)`
    Softplus,
    /// `sign(x) max(|x| - threshold, 0)`
    SoftThreshold(f64),
    /// Softmax along the last axis.
    Softmax,
    /// The logarithm of the softmax along the last axis.
    LogSoftmax,
}

impl<E: Scalar> Module<E> for Activation {
    fn kind(&self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::LeakyRelu(_) => "leaky_relu",
            Self::Elu(_) => "elu",
            Self::Gelu => "gelu",
            Self::Silu => "silu",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Softplus => "softplus",
            Self::SoftThreshold(_) => "soft_threshold",
            Self::Softmax => "softmax",
            Self::LogSoftmax => "log_softmax",
        }
    }

    fn visit<'a>(&'a self, _: &mut Visitor<'a, E>) {}
}

impl<E: Scalar> Layer<E> for Activation {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let last = || {
            let kind = Module::<E>::kind(self);
            x.rank().checked_sub(1).ok_or_else(|| context.shape_error(kind, "at least one axis", x.shape()))
        };
        Ok(match *self {
            Self::Relu => x.relu(),
            Self::LeakyRelu(slope) => x.leaky_relu(E::of(slope)),
            Self::Elu(alpha) => x.elu(E::of(alpha)),
            Self::Gelu => x.gelu(),
            Self::Silu => x.silu(),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => x.sigmoid(),
            Self::Softplus => x.softplus(),
            Self::SoftThreshold(threshold) => x.soft_threshold(E::of(threshold)),
            Self::Softmax => x.softmax(last()?),
            Self::LogSoftmax => x.log_softmax(last()?),
        })
    }
}
