//! A network that gives scale and shift

use super::Affine;
use latent_layers::{Context, Layer, LayerError, Module};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `gamma(c) = 1 + g(c)` and `beta(c) = b(c)`, where a network maps the condition to `g(c)` and `b(c)` side by side
/// (de Vries et al. 2017).
///
/// A network with the value zero is batch normalisation.
///
/// ```
/// use latent_layers::{Activation, Context, LayerError, Linear, Sequential};
/// use latent_numeric::random::Stream;
/// use latent_regularizers::{AffineNetwork, ConditionalBatchNorm};
/// use latent_tensor::Tensor;
///
/// let mut stream = Stream::new(1, "initialisation", &[]);
/// let network = Sequential::new()
///     .then(Linear::new(5, 16, &mut stream))
///     .then(Activation::Relu)
///     .then(Linear::new(16, 2 * 3, &mut stream));
/// let norm = ConditionalBatchNorm::new(AffineNetwork::new(network, 3));
/// let (x, condition) = (Tensor::<f32>::ones(&[4, 3, 8, 8]), Tensor::zeros(&[4, 5]));
/// let y = norm.forward_with(&x, &condition, &mut Context::evaluate())?;
/// assert_eq!(y.shape(), [4, 3, 8, 8]);
/// let error = norm.forward_with(&x, &Tensor::zeros(&[4, 6]), &mut Context::evaluate()).unwrap_err();
/// assert_eq!(error.to_string(), "affine.network.0: linear: expected (..., 5), got the shape [4, 6]");
/// # Ok::<(), LayerError>(())
/// ```
#[derive(Module)]
pub struct AffineNetwork<E: Scalar = f32> {
    network: Box<dyn Layer<E>>,
    #[module(skip)]
    channels: usize,
}

impl<E: Scalar> AffineNetwork<E> {
    /// By a network that maps a condition (samples, ...) to (samples, 2 channels), `g` before `b`.
    pub fn new(network: impl Layer<E> + 'static, channels: usize) -> Self {
        Self { network: Box::new(network), channels }
    }
}

impl<E: Scalar> Affine<E> for AffineNetwork<E> {
    type Condition = Tensor<E>;

    fn channels(&self) -> usize {
        self.channels
    }

    fn scale_and_shift(
        &self,
        samples: usize,
        condition: &Tensor<E>,
        context: &mut Context,
    ) -> Result<[Tensor<E>; 2], LayerError> {
        let both = context.apply("network", &self.network, condition)?;
        if both.shape() != [samples, 2 * self.channels] {
            let expected = format!("a network to ({samples}, {}), scales and shifts", 2 * self.channels);
            return Err(context.shape_error(Module::<E>::kind(self), expected, both.shape()));
        }
        let mut halves = both.split(1, &[self.channels; 2]).into_iter();
        let (scale, shift) = (halves.next().expect("two halves"), halves.next().expect("two halves"));
        Ok([scale + E::one(), shift])
    }
}
