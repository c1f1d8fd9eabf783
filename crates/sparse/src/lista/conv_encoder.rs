//! A convolution, a nonlinearity, and a diagonal layer.

use super::convolutional::{check_filters, correlated};
use crate::SparseError;
use crate::error::require;
use latent_layers::{Context, Layer, LayerError, Module, Parameter};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::{Array3, Array4};
use serde::{Deserialize, Serialize};

/// What follows the convolution of a [`ConvEncoder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nonlinearity {
    /// `tanh(c + b)`
    Tanh,
    /// `shrink(c, |b|)`
    Shrink,
}

/// The settings of a [`ConvEncoder`], unchecked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConvEncoderParams<E> {
    /// What follows the convolution.
    pub nonlinearity: Nonlinearity,
    /// The weight of the l1 term, at least 0: `b` is first `lambda` times the step size if it is a threshold, else 0.
    pub lambda: E,
    /// The factor, above 0, of the filters that the encoder begins with.
    pub step_size: E,
}

/// The encoder of convolutional predictive sparse decomposition: map `k` of the code is
///
/// ```text
/// z_k = g_k n(w_k * x, b_k)
/// ```
///
/// a correlation with filter `w_k`, a [`Nonlinearity`] `n`, and a diagonal layer that scales each map by a number of its
/// own, `g_k`, first 1. With [`Nonlinearity::Shrink`] it is the first step of ISTA until it is trained. Boundaries are
/// free: the code has a place for every position of a filter that meets the image. Sources: Kavukcuoglu, Sermanet, Boureau,
/// Gregor, Mathieu and LeCun, *Learning convolutional feature hierarchies for visual recognition*, NIPS 2010; LeCun's
/// lecture on regularised latent-variable energy models.
///
/// # Shapes
/// Filters (maps, channels, height, width); (N, channels, H, W) gives codes (N, maps, H + height - 1, W + width - 1).
///
/// ```
/// use latent_layers::{Context, Layer};
/// use latent_sparse::lista::{ConvEncoder, ConvEncoderParams, Nonlinearity};
/// use latent_tensor::Tensor;
/// use ndarray::Array4;
///
/// let filters = Array4::from_elem((4, 1, 3, 3), 1.0 / 9.0);
/// let params = ConvEncoderParams { nonlinearity: Nonlinearity::Tanh, lambda: 0.1, step_size: 1.0 };
/// let encoder = ConvEncoder::new(filters, params)?;
/// let codes = encoder.forward(&Tensor::<f32>::ones(&[2, 1, 8, 8]), &mut Context::evaluate())?;
/// assert_eq!(codes.shape(), [2, 4, 10, 10]);
/// assert!((codes.array()[[0, 0, 5, 5]] - 1.0_f32.tanh()).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Module)]
#[module(kind = KIND)]
pub struct ConvEncoder<E: Scalar = f32> {
    filters: Parameter<E>,
    offset: Parameter<E>,
    scale: Parameter<E>,
    #[module(skip)]
    nonlinearity: Nonlinearity,
}

const KIND: &str = "convolutional encoder";

impl<E: Scalar> ConvEncoder<E> {
    /// The encoder that begins with these filters.
    ///
    /// # Errors
    /// If there are no filters or they are empty, a value is not finite, or a setting is outside its domain.
    pub fn new(filters: Array4<E>, params: ConvEncoderParams<E>) -> Result<Self, SparseError> {
        let ConvEncoderParams { nonlinearity, lambda, step_size } = params;
        require(lambda.is_finite() && lambda >= E::zero(), "lambda", lambda.as_f64(), "a finite number, at least 0")?;
        let positive = step_size.is_finite() && step_size > E::zero();
        require(positive, "the step size", step_size.as_f64(), "a finite number above 0")?;
        check_filters(&filters)?;
        let maps = (filters.dim().0, 1, 1);
        let offset = match nonlinearity {
            Nonlinearity::Tanh => E::zero(),
            Nonlinearity::Shrink => lambda * step_size,
        };
        Ok(Self {
            filters: Parameter::new(filters * step_size),
            offset: Parameter::new(Array3::from_elem(maps, offset)),
            scale: Parameter::new(Array3::ones(maps)),
            nonlinearity,
        })
    }

    /// The filters `w_k`, (maps, channels, height, width).
    pub fn filters(&self) -> Tensor<E> {
        self.filters.tensor()
    }

    /// The diagonal layer `g`, (maps, 1, 1).
    pub fn scale(&self) -> Tensor<E> {
        self.scale.tensor()
    }
}

impl<E: Scalar> Layer<E> for ConvEncoder<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let filters = self.filters.tensor();
        let channels = filters.shape()[1];
        if !matches!(x.shape(), &[_, c, h, w] if c == channels && h > 0 && w > 0) {
            return Err(context.shape_error(KIND, format!("(samples, {channels}, height, width)"), x.shape()));
        }
        let (found, offset) = (correlated(x, &filters), self.offset.tensor());
        let codes = match self.nonlinearity {
            Nonlinearity::Tanh => (found + offset).tanh(),
            Nonlinearity::Shrink => found.soft_threshold_with(&offset.abs()),
        };
        Ok(codes * self.scale.tensor())
    }
}
