//! `f_n(... f_2(f_1(x)))`

use crate::{Context, Layer, LayerError, Module};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Layers one after the other, named `0`, `1`, ... as in PyTorch.
///
/// ```
/// use latent_layers::{Activation, Context, Layer, Linear, Module, Sequential};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let mut stream = Stream::new(1, "initialisation", &[]);
/// let model = Sequential::new()
///     .then(Linear::new(784, 128, &mut stream))
///     .then(Activation::Relu)
///     .then(Linear::new(128, 10, &mut stream));
/// let y = model.forward(&Tensor::<f32>::zeros(&[5, 784]), &mut Context::evaluate()).unwrap();
/// assert_eq!(y.shape(), [5, 10]);
/// let error = model.forward(&Tensor::<f32>::zeros(&[5, 28, 28]), &mut Context::evaluate()).unwrap_err();
/// assert_eq!(error.to_string(), "0: linear: expected (..., 784), got the shape [5, 28, 28]");
/// ```
#[derive(Default, Module)]
pub struct Sequential<E: Scalar = f32> {
    #[module(flatten)]
    layers: Vec<Box<dyn Layer<E>>>,
}

impl<E: Scalar> Sequential<E> {
    /// A sequence of no layers, which is the identity.
    ///
    /// ```
    /// # use latent_layers::{Context, Layer, Sequential};
    /// # use latent_tensor::Tensor;
    /// let x = Tensor::ones(&[2]);
    /// assert_eq!(Sequential::<f32>::new().forward(&x, &mut Context::evaluate()).unwrap().array(), x.array());
    /// ```
    pub fn new() -> Self {
        Self { layers: Vec::new() }
    }

    /// The sequence with one more layer at its end.
    #[must_use]
    pub fn then(mut self, layer: impl Layer<E> + 'static) -> Self {
        self.layers.push(Box::new(layer));
        self
    }

    /// The number of layers.
    ///
    /// ```
    /// # use latent_layers::{Activation, Sequential};
    /// let model: Sequential = Sequential::new().then(Activation::Relu).then(Activation::Tanh);
    /// assert_eq!(model.len(), 2);
    /// assert!(!model.is_empty());
    /// ```
    pub fn len(&self) -> usize {
        self.layers.len()
    }

    /// Whether there are no layers.
    pub fn is_empty(&self) -> bool {
        self.layers.is_empty()
    }
}

impl<E: Scalar> Layer<E> for Sequential<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let mut x = x.clone();
        for (i, layer) in self.layers.iter().enumerate() {
            x = context.apply(&i.to_string(), layer, &x)?;
        }
        Ok(x)
    }
}
