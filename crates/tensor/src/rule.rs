//! What rules of elementwise operators share.

use crate::{Tensor, elementwise, is_recording};
use latent_numeric::Scalar;

/// A cotangent times a slope that depends on `at`, an input or the output, of the same shape.
///
/// Where nothing is recorded, `kernel(cotangent, at)` computes it in one pass. Otherwise `composed` does, in
/// differentiable operations. Checks of order one go through the kernel, those of order two through both.
pub(crate) fn pointwise<E: Scalar>(
    cotangent: &Tensor<E>,
    at: &Tensor<E>,
    kernel: impl Fn(E, E) -> E + Copy + Sync,
    composed: impl FnOnce() -> Tensor<E>,
) -> Tensor<E> {
    if is_recording() {
        composed()
    } else {
        Tensor::constant(elementwise::zip("cotangent", cotangent.array(), at.array(), kernel))
    }
}
