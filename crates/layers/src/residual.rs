//! `y = g(x) + f(x)`

use crate::{Context, Identity, Layer, LayerError, Module};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// A layer around which its input passes (He et al., 2016): `x + f(x)`, or `g(x) + f(x)` with a shortcut `g` that fits the
/// shape.
///
/// The names of the parts are `layer` and `shortcut`.
///
/// ```
/// use latent_layers::{Activation, Context, Layer, Residual};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let y = Residual::new(Activation::Relu).forward(&Tensor::constant(array![-1.0, 2.0]), &mut Context::evaluate());
/// assert_eq!(y.unwrap().to_array(), array![-1.0, 4.0].into_dyn());
/// ```
#[derive(Module)]
#[module(kind = KIND)]
pub struct Residual<E: Scalar = f32> {
    layer: Box<dyn Layer<E>>,
    shortcut: Box<dyn Layer<E>>,
}

const KIND: &str = "residual";

impl<E: Scalar> Residual<E> {
    /// A residual block `x + f(x)`, for a layer `f` that keeps the shape.
    pub fn new(layer: impl Layer<E> + 'static) -> Self {
        Self::with_shortcut(layer, Identity)
    }

    /// A residual block `g(x) + f(x)`, with a shortcut `g` to the shape of `f`.
    ///
    /// ```
    /// use latent_layers::{Activation, Linear, Module, Residual, Sequential};
    /// use latent_numeric::random::Stream;
    ///
    /// let mut stream = Stream::new(1, "initialisation", &[]);
    /// let layer = Sequential::new().then(Linear::new(3, 5, &mut stream)).then(Activation::Relu);
    /// let block: Residual = Residual::with_shortcut(layer, Linear::new(3, 5, &mut stream).without_bias());
    /// let names: Vec<String> = block.parameters().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["layer.0.weight", "layer.0.bias", "shortcut.weight"]);
    /// ```
    pub fn with_shortcut(layer: impl Layer<E> + 'static, shortcut: impl Layer<E> + 'static) -> Self {
        Self { layer: Box::new(layer), shortcut: Box::new(shortcut) }
    }
}

impl<E: Scalar> Layer<E> for Residual<E> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let y = context.apply("layer", &self.layer, x)?;
        let around = context.apply("shortcut", &self.shortcut, x)?;
        if y.shape() != around.shape() {
            let expected = format!("the layer to give the shape of the shortcut, {:?}", around.shape());
            return Err(context.shape_error(KIND, expected, y.shape()));
        }
        Ok(around + y)
    }
}
