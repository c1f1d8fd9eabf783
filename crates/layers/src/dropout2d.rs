//! `y[n, c, ...] = x[n, c, ...] m[n, c] / (1 - p)` with independent `m ~ Bernoulli(1 - p)` for each channel of each sample

use crate::{Context, Layer, LayerError, Module, settings};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Dropout of whole channels (Tompson et al., 2015), scaled in training so that the expectation is the input.
///
/// Neighbouring pixels carry much the same, so that dropping single ones would hide little. In training one draw for
/// each channel of each sample; in evaluation the identity, and nothing is drawn.
///
/// # Shapes
/// (samples, channels, ...) gives the same.
///
/// ```
/// use latent_layers::{Context, Dropout2d, Layer};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let layer = Dropout2d::new(0.5).unwrap();
/// let mut training = Context::train(Stream::new(1, "dropout", &[]));
/// let y = layer.forward(&Tensor::<f32>::ones(&[4, 3, 5, 5]), &mut training).unwrap();
/// let planes = y.reshape(&[12, 25]);
/// assert!(planes.array().rows().into_iter().all(|plane| plane.iter().all(|y| y == &plane[0])));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Module)]
#[module(kind = KIND)]
pub struct Dropout2d {
    #[module(skip)]
    p: f64,
}

const KIND: &str = "dropout2d";

impl Dropout2d {
    /// Dropout that sets each channel of a sample to zero with probability `p`.
    ///
    /// # Errors
    /// If `p` is not in `[0, 1)`.
    ///
    /// ```
    /// # use latent_layers::Dropout2d;
    /// assert!(Dropout2d::new(-0.1).is_err());
    /// ```
    pub fn new(p: f64) -> Result<Self, LayerError> {
        Ok(Self { p: settings::drop_probability(KIND, p)? })
    }
}

impl<E: Scalar> Layer<E> for Dropout2d {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        if x.rank() < 2 {
            return Err(context.shape_error(KIND, "(samples, channels, ...)", x.shape()));
        }
        let Some(stream) = context.stream().filter(|_| self.p > 0.0) else {
            return Ok(x.clone());
        };
        let mut channels = vec![1; x.rank()];
        channels[..2].copy_from_slice(&x.shape()[..2]);
        Ok(x * &Tensor::ones(&channels).dropout(self.p, stream))
    }
}
