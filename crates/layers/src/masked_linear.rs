//! `y = x (M * W)' + b`, with a mask `M` of zeros and ones

use crate::{Context, Init, Layer, LayerError, Module, Parameter, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::{Activation, Tensor};
use ndarray::Array2;

/// A fully connected layer some of whose connections are cut: the building block of autoregressive networks (Germain,
/// Gregor, Murray and Larochelle, *MADE*, 2015).
///
/// # Shapes
/// (..., inputs) gives (..., outputs); `weight` is (outputs, inputs), `bias` (outputs).
///
/// ```
/// use latent_layers::{Context, Layer, MaskedLinear};
/// use latent_numeric::random::Stream;
/// use latent_tensor::{GradOptions, Tensor, grad};
///
/// // Output i depends on inputs before i alone.
/// let layer = MaskedLinear::new(3, 3, |output, input| input < output, &mut Stream::new(1, "initialisation", &[]));
/// let x = Tensor::<f64>::variable(ndarray::array![[1.0, 2.0, 3.0]]);
/// let y = layer.forward(&x, &mut Context::evaluate()).unwrap();
/// let slope = grad(&[y.slice_axis(1, (1..2).into()).sum()], &[x], GradOptions::default()).remove(0);
/// assert!(slope.array()[[0, 0]] != 0.0 && slope.array()[[0, 1]] == 0.0 && slope.array()[[0, 2]] == 0.0);
/// ```
#[derive(Debug)]
pub struct MaskedLinear<E: Scalar = f32> {
    /// (outputs, inputs); what the mask cuts has no effect and no gradient.
    pub weight: Parameter<E>,
    /// (outputs)
    pub bias: Parameter<E>,
    mask: Tensor<E>,
}

impl<E: Scalar> MaskedLinear<E> {
    /// Weight and bias drawn as those of [`Linear`](crate::Linear); `connected` says whether an output has a connection
    /// to an input.
    pub fn new(inputs: usize, outputs: usize, connected: impl Fn(usize, usize) -> bool, stream: &mut Stream) -> Self {
        let weight = Init::default().array(&[outputs, inputs], stream);
        let bias = Init::Uniform(1.0 / (inputs.max(1) as f64).sqrt()).array(&[outputs], stream);
        let mask = |(output, input)| if connected(output, input) { E::one() } else { E::zero() };
        let mask = Tensor::constant(Array2::from_shape_fn((outputs, inputs), mask));
        Self { weight: Parameter::new(weight), bias: Parameter::new(bias), mask }
    }
}

impl<E: Scalar> Module<E> for MaskedLinear<E> {
    fn kind(&self) -> &'static str {
        "masked_linear"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.parameter("weight", &self.weight);
        visitor.parameter("bias", &self.bias);
    }
}

impl<E: Scalar> Layer<E> for MaskedLinear<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let inputs = self.mask.shape()[1];
        if x.shape().last() != Some(&inputs) {
            return Err(context.shape_error("masked_linear", format!("(..., {inputs})"), x.shape()));
        }
        let weight = self.weight.tensor() * &self.mask;
        Ok(x.linear(&weight, Some(&self.bias.tensor()), Activation::Identity))
    }
}
