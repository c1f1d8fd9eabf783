//! What the point of a layer is computed with.

use latent_layers::Module;
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use std::fmt::Debug;

/// One pass over a batch: the point of layer `k` at codes `z` (none stand for zeros), with a step size where the
/// network has them.
pub(super) type Point<'a, E> = Box<dyn Fn(usize, Option<&Tensor<E>>, Option<&Tensor<E>>) -> Tensor<E> + 'a>;

/// The linear part of all layers.
pub(super) trait Weights<E: Scalar>: Module<E> + Debug {
    /// Computes what all layers share and answers with the layers' points.
    fn begin<'a>(&'a self, x: &Tensor<E>, dictionary: &Tensor<E>) -> Point<'a, E>;
}

/// `x` with a step size, which may be missing.
pub(super) fn scaled<E: Scalar>(x: Tensor<E>, step: Option<&Tensor<E>>) -> Tensor<E> {
    match step {
        Some(step) => x * step,
        None => x,
    }
}

/// `z + x`, where `z` may be missing.
pub(super) fn moved<E: Scalar>(z: Option<&Tensor<E>>, x: Tensor<E>) -> Tensor<E> {
    match z {
        Some(z) => z + x,
        None => x,
    }
}
