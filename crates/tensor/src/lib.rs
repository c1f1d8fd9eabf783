//! Tensors on `ndarray` storage with exact gradients of any order.
//!
//! A [`Tensor`] is an array that may remember how it was computed. [`grad`] walks that history
//! backwards; since every operator's rule is itself written in tensor operations, what it returns has a history
//! too, and can be differentiated again.
//!
//! ```
//! use latent_tensor::{GradOptions, Tensor, grad};
//! use ndarray::array;
//!
//! // f(x) = sum x^3, f' = 3 x^2, f'' = 6 x.
//! let x = Tensor::variable(array![1.0, 2.0, 3.0]);
//! let f = (&x * &x * &x).sum();
//! let first = grad(&[f], &[x.clone()], GradOptions::create_graph()).remove(0);
//! assert_eq!(first.to_array(), array![3.0, 12.0, 27.0].into_dyn());
//! let second = grad(&[first.sum()], &[x], GradOptions::default()).remove(0);
//! assert_eq!(second.to_array(), array![6.0, 12.0, 18.0].into_dyn());
//! ```

mod approximately;
pub mod check;
mod checkpoint;
mod derivatives;
mod diagnose;
mod elementwise;
mod grad;
mod layout;
mod linear;
mod mode;
mod node;
mod operator;
pub mod ops;
pub mod pool;
mod recurrence;
mod reduce;
mod rows;
mod rule;
mod shape;
mod tensor;
mod work;

pub use checkpoint::checkpoint;
pub use derivatives::{hvp, jacobian, jvp, vjp};
pub use diagnose::{NonFinite, first_non_finite};
pub use grad::{GradOptions, grad};
pub use mode::{enable_grad, is_recomputing, is_recording, no_grad};
pub use operator::{Arguments, Operator};
pub use ops::Activation;
pub use ops::pad::Padding;
pub use tensor::Tensor;
