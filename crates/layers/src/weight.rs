//! A weight, as it is or as a function of what is trained.

use crate::{Context, Module, Parameter, Visitor};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::{ArcArray, Dimension};
use std::fmt;

/// A function `f` that computes the weight of a layer from the parameter `V` that is trained, such as `V / sigma(V)`.
pub trait Reparameterization<E: Scalar = f32>: Module<E> {
    /// The weight that the layer uses, from the parameter, which is trained. Its shape is that of the parameter.
    fn weight(&self, original: &Tensor<E>, context: &Context) -> Tensor<E>;
}

/// The weight of a layer: a parameter, or a function of one.
///
/// Paths are those of `torch.nn.utils.parametrizations`: `weight` for a plain one, otherwise
/// `parametrizations.weight.original` for the parameter and `parametrizations.weight.0.` before what the function owns.
///
/// ```
/// use latent_layers::{Context, Layer, Linear, Module, Reparameterization, Visitor};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// /// A weight whose elements are positive: `e^V`.
/// struct Positive;
///
/// impl Module for Positive {
///     fn kind(&self) -> &'static str {
///         "positive"
///     }
///
///     fn visit<'a>(&'a self, _: &mut Visitor<'a>) {}
/// }
///
/// impl Reparameterization for Positive {
///     fn weight(&self, original: &Tensor, _: &Context) -> Tensor {
///         original.exp()
///     }
/// }
///
/// let mut layer = Linear::new(3, 2, &mut Stream::new(1, "initialisation", &[])).without_bias();
/// layer.weight.reparameterize(Positive);
/// assert!(layer.weight.tensor(&Context::evaluate()).array().iter().all(|&w| w > 0.0));
/// assert_eq!(layer.parameters()[0].0, "parametrizations.weight.original");
/// let y = layer.forward(&Tensor::ones(&[1, 3]), &mut Context::evaluate()).unwrap();
/// assert!(y.array().iter().all(|&y| y > 0.0));
/// ```
pub struct Weight<E: Scalar = f32> {
    /// The parameter that is trained.
    pub original: Parameter<E>,
    by: Option<Box<dyn Reparameterization<E>>>,
}

impl<E: Scalar> Weight<E> {
    /// A weight that is itself the parameter that is trained.
    pub fn new<D: Dimension>(array: impl Into<ArcArray<E, D>>) -> Self {
        Self { original: Parameter::new(array), by: None }
    }

    /// Makes the layer use this function of the parameter as its weight from now on.
    pub fn reparameterize(&mut self, by: impl Reparameterization<E> + 'static) {
        self.by = Some(Box::new(by));
    }

    /// The weight that the layer uses in this pass.
    pub fn tensor(&self, context: &Context) -> Tensor<E> {
        let original = self.original.tensor();
        self.by.as_ref().map_or_else(|| original.clone(), |by| by.weight(&original, context))
    }

    /// Shows the visitor what is trained and what the function owns.
    pub fn visit<'a>(&'a self, name: &str, visitor: &mut Visitor<'a, E>) {
        match &self.by {
            None => visitor.parameter(name, &self.original),
            Some(by) => {
                visitor.parameter(&format!("parametrizations.{name}.original"), &self.original);
                visitor.module(&format!("parametrizations.{name}.0"), &**by);
            }
        }
    }
}

impl<E: Scalar> fmt::Debug for Weight<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = self.by.as_ref().map(Module::kind);
        f.debug_struct("Weight").field("original", &self.original).field("by", &by).finish()
    }
}
