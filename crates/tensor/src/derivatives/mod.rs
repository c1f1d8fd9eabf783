//! Derivatives of functions, by [`grad`](crate::grad).
//!
//! Each takes a function of one tensor and the point. Results have a history, and can be differentiated again, if
//! the point or the cotangent or tangent given with it is tracked and recording is on; otherwise they are constants.
//! A tracked point is taken as independent of what it was computed from while the derivative is taken.

mod hvp;
mod jacobian;
mod jvp;
mod vjp;

pub use hvp::hvp;
pub use jacobian::jacobian;
pub use jvp::jvp;
pub use vjp::vjp;

use crate::Tensor;
use latent_numeric::Scalar;

/// The point as something gradients can be asked for.
fn variable<E: Scalar>(x: &Tensor<E>) -> Tensor<E> {
    if x.is_tracked() { x.clone() } else { Tensor::variable(x.array().clone()) }
}

/// Whether results are to have a history.
fn differentiable<E: Scalar>(given: [&Tensor<E>; 2]) -> bool {
    crate::is_recording() && given.iter().any(|tensor| tensor.is_tracked())
}
