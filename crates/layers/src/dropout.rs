//! `y = x m / (1 - p)` with independent `m ~ Bernoulli(1 - p)` for each element

use crate::{Context, Layer, LayerError, Module, settings};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Dropout of elements (Srivastava et al., 2014), scaled in training so that the expectation is the input.
///
/// In training one draw for each element, in row-major order, from the context's stream. In evaluation the identity,
/// and nothing is drawn.
///
/// ```
/// use latent_layers::{Context, Dropout, Layer};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let layer = Dropout::new(0.5).unwrap();
/// let x = Tensor::<f32>::ones(&[100]);
/// let y = layer.forward(&x, &mut Context::train(Stream::new(1, "dropout", &[]))).unwrap();
/// assert!(y.array().iter().all(|&y| y == 0.0 || y == 2.0));
/// let y = layer.forward(&x, &mut Context::evaluate()).unwrap();
/// assert_eq!(y.array(), x.array());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Module)]
#[module(kind = KIND)]
pub struct Dropout {
    #[module(skip)]
    p: f64,
}

const KIND: &str = "dropout";

impl Dropout {
    /// Dropout that sets each element to zero with probability `p`.
    ///
    /// # Errors
    /// If `p` is not in `[0, 1)`.
    ///
    /// ```
    /// # use latent_layers::Dropout;
    /// let error = Dropout::new(1.0).unwrap_err();
    /// assert_eq!(error.to_string(), "dropout: the probability must be in [0, 1), got 1");
    /// ```
    pub fn new(p: f64) -> Result<Self, LayerError> {
        Ok(Self { p: settings::drop_probability(KIND, p)? })
    }
}

impl<E: Scalar> Layer<E> for Dropout {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        Ok(context.stream().map_or_else(|| x.clone(), |stream| x.dropout(self.p, stream)))
    }
}
