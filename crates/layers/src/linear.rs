//! `y = x W' + b`

use crate::{Context, Init, Layer, LayerError, Module, Parameter, Weight};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Activation, Tensor};

/// A fully connected layer: `x W' + b` along the last axis.
///
/// # Shapes
/// (..., inputs) gives (..., outputs); `weight` is (outputs, inputs), `bias` (outputs), as in PyTorch.
///
/// ```
/// use latent_layers::{Context, Layer, Linear};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let layer = Linear::new(3, 2, &mut Stream::new(1, "initialisation", &[]));
/// let y = layer.forward(&Tensor::<f32>::ones(&[4, 3]), &mut Context::evaluate()).unwrap();
/// assert_eq!(y.shape(), [4, 2]);
/// ```
#[derive(Debug, Module)]
pub struct Linear<E: Scalar = f32> {
    /// The weight `W`, of shape (outputs, inputs).
    pub weight: Weight<E>,
    /// The bias `b`, of shape (outputs), if there is one.
    pub bias: Option<Parameter<E>>,
}

impl<E: Scalar> Linear<E> {
    /// A layer with weight and bias drawn uniformly in `+- 1 / sqrt(inputs)`, as PyTorch draws them.
    pub fn new(inputs: usize, outputs: usize, stream: &mut Stream) -> Self {
        let weight = Init::default().array(&[outputs, inputs], stream);
        let bias = Init::Uniform(1.0 / (inputs.max(1) as f64).sqrt()).array(&[outputs], stream);
        Self { weight: Weight::new(weight), bias: Some(Parameter::new(bias)) }
    }

    /// A layer with a weight drawn by `init` and a bias of zeros.
    ///
    /// ```
    /// # use latent_layers::{Init, Linear};
    /// # use latent_numeric::random::Stream;
    /// let mut stream = Stream::new(1, "initialisation", &[]);
    /// let layer = Linear::<f32>::with_init(3, 2, Init::XavierNormal { gain: 1.0 }, &mut stream);
    /// assert!(layer.bias.unwrap().tensor().array().iter().all(|&b| b == 0.0));
    /// ```
    pub fn with_init(inputs: usize, outputs: usize, init: Init, stream: &mut Stream) -> Self {
        let bias = Parameter::new(Init::Zeros.array(&[outputs], stream));
        Self { weight: Weight::new(init.array(&[outputs, inputs], stream)), bias: Some(bias) }
    }

    /// The same layer without its bias.
    ///
    /// ```
    /// # use latent_layers::{Linear, Module};
    /// # use latent_numeric::random::Stream;
    /// let layer = Linear::<f32>::new(3, 2, &mut Stream::new(1, "initialisation", &[])).without_bias();
    /// assert_eq!(layer.parameter_count(), 6);
    /// ```
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { bias: None, ..self }
    }
}

impl<E: Scalar> Layer<E> for Linear<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let inputs = self.weight.original.shape()[1];
        if x.shape().last() != Some(&inputs) {
            return Err(context.shape_error("linear", format!("(..., {inputs})"), x.shape()));
        }
        let bias = self.bias.as_ref().map(Parameter::tensor);
        Ok(x.linear(&self.weight.tensor(context), bias.as_ref(), Activation::Identity))
    }
}
