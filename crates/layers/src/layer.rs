//! Modules that map a tensor to a tensor.

use crate::{Context, LayerError, Module};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// A module that maps a tensor to a tensor.
///
/// See [`Module`] for one of one's own.
pub trait Layer<E: Scalar = f32>: Module<E> {
    /// The layer's value at `x`.
    ///
    /// # Errors
    /// If the shape of `x` is not one that the layer takes: its path, the expected and the given shape.
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError>;
}

impl<E: Scalar, L: Module<E> + ?Sized> Module<E> for Box<L> {
    fn kind(&self) -> &'static str {
        (**self).kind()
    }

    fn visit<'a>(&'a self, visitor: &mut crate::Visitor<'a, E>) {
        (**self).visit(visitor);
    }
}

impl<E: Scalar, L: Layer<E> + ?Sized> Layer<E> for Box<L> {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        (**self).forward(x, context)
    }
}
