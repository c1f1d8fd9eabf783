//! Proximal operators of the penalties and constraints of sparse coding.
//!
//! The proximal operator of a function g with step t > 0 is (Moreau 1965)
//!
//! ```text
//! prox_{t g}(z) = argmin_u  g(u) + ||u - z||^2 / (2 t).
//! ```
//!
//! | operator | g(z) | convex |
//! |---|---|---|
//! | [`L1`] | `lambda ||z||_1` | yes |
//! | [`WeightedL1`] | `lambda sum_i w_i |z_i|` | yes |
//! | [`NonNegativeL1`] | `lambda sum_i z_i`, `z >= 0` | yes |
//! | [`ElasticNet`] | `l1 ||z||_1 + l2/2 ||z||_2^2` | yes |
//! | [`SquaredL2`] | `lambda/2 ||z||_2^2` | yes |
//! | [`L2Norm`] | `lambda ||z||_2` | yes |
//! | [`GroupL2`] | `lambda sum_g w_g ||z_g||_2` | yes |
//! | [`NuclearNorm`] | `lambda` times the sum of the singular values of a matrix | yes |
//! | [`L0`] | `lambda` times the number of non-zeros | no |
//! | [`L1Ball`], [`L2Ball`], [`LinfBall`], [`BoxConstraint`] | 0 inside, infinity outside | yes |
//! | [`Conjugate`] | `g*(y) = sup_u <u, y> - g(u)` | yes |
//!
//! **Non-finite values.** A NaN is never lost. Operators that act on each coordinate keep it where it
//! is, those that act on a group or on the whole vector make that group or vector NaN, and
//! [`Prox::value`] is NaN. Infinite coordinates are outside the domain of operators that use a norm.
//!
//! [`Composite`](crate::composite::Composite) minimises `1/2 ||x - W z||^2 + g(z)` for any of them, and for yours.
//!
//! A penalty is written once and serves a vector or a batch:
//!
//! ```
//! use latent_sparse::prox::{self, L1, Prox};
//! use ndarray::array;
//!
//! let penalty = L1::new(0.5)?;
//! let mut z = array![3.0, -0.2, -1.0];
//! penalty.apply(z.view_mut(), 2.0);
//! assert_eq!(z, array![2.0, 0.0, 0.0]);
//! assert_eq!(penalty.value(z.view()), 1.0);
//!
//! let mut batch = array![[3.0, -0.2], [0.0, -4.0]];
//! prox::apply_rows(&penalty, batch.view_mut(), 2.0);
//! assert_eq!(batch, array![[2.0, 0.0], [0.0, -3.0]]);
//! # Ok::<(), latent_sparse::prox::ProxError>(())
//! ```
//!
//! Sources: Parikh and Boyd, *Proximal Algorithms* (2014), chapters 2 and 6; Beck, *First-Order Methods
//! in Optimization* (2017), chapter 6.

mod box_constraint;
mod conjugate;
mod elastic_net;
mod error;
mod group_l2;
mod l0;
mod l1;
mod l1_ball;
mod l2_ball;
mod l2_norm;
mod linf_ball;
mod nonnegative_l1;
mod nuclear_norm;
#[cfg(test)]
mod properties;
mod rows;
mod soft_threshold;
mod squared_l2;
mod sums;
mod weighted_l1;

pub use box_constraint::BoxConstraint;
pub use conjugate::{Conjugate, FenchelConjugate};
pub use elastic_net::ElasticNet;
pub use error::ProxError;
pub use group_l2::GroupL2;
pub use l0::L0;
pub use l1::L1;
pub use l1_ball::L1Ball;
pub use l2_ball::L2Ball;
pub use l2_norm::L2Norm;
pub use linf_ball::LinfBall;
pub use nonnegative_l1::NonNegativeL1;
pub use nuclear_norm::NuclearNorm;
pub use rows::{apply_rows, row_values};
pub use soft_threshold::{soft_threshold, soft_threshold_nonneg};
pub use squared_l2::SquaredL2;
pub use weighted_l1::WeightedL1;

use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// A function g on vectors, with its proximal operator; see the [module](self).
pub trait Prox<E: Scalar> {
    /// g(z), infinite where `z` violates a constraint; in double precision, as squares of an `f32` may be out of its range.
    ///
    /// Norm constraints allow the rounding error of a projection, a few units in the last place.
    ///
    /// # Panics
    /// If the operator has a fixed length and `z` another.
    fn value(&self, z: ArrayView1<E>) -> f64;

    /// Replaces `z` by `argmin_u g(u) + ||u - z||^2 / (2 step)`.
    ///
    /// `step = 0` is the limit: the identity for a finite g, the projection for a constraint.
    /// Where g is not convex and several minimisers exist, one of them.
    ///
    /// # Panics
    /// If `step` is negative, infinite or NaN, or if the operator has a fixed length and `z` another.
    fn apply(&self, z: ArrayViewMut1<E>, step: E);

    /// The length of the vectors that g is defined on; `None` if it is on vectors of any length.
    fn dimension(&self) -> Option<usize> {
        None
    }

    /// Whether g is convex: true unless said otherwise.
    fn is_convex(&self) -> bool {
        true
    }
}

impl<E: Scalar, P: Prox<E> + ?Sized> Prox<E> for &P {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        (**self).value(z)
    }

    fn apply(&self, z: ArrayViewMut1<E>, step: E) {
        (**self).apply(z, step);
    }

    fn dimension(&self) -> Option<usize> {
        (**self).dimension()
    }

    fn is_convex(&self) -> bool {
        (**self).is_convex()
    }
}

impl<E: Scalar, P: Prox<E> + ?Sized> Prox<E> for Box<P> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        (**self).value(z)
    }

    fn apply(&self, z: ArrayViewMut1<E>, step: E) {
        (**self).apply(z, step);
    }

    fn dimension(&self) -> Option<usize> {
        (**self).dimension()
    }

    fn is_convex(&self) -> bool {
        (**self).is_convex()
    }
}

/// `value`, if it is finite and at least 0.
fn non_negative<E: Scalar>(name: &'static str, value: E) -> Result<E, ProxError> {
    if value >= E::zero() && value.is_finite() {
        Ok(value)
    } else {
        Err(ProxError::Negative { name, value: value.as_f64() })
    }
}

/// `weights`, if all are finite and at least 0.
fn weights<E: Scalar>(weights: Vec<E>) -> Result<Vec<E>, ProxError> {
    match weights.iter().position(|&w| !(w >= E::zero() && w.is_finite())) {
        Some(index) => Err(ProxError::Weight { index, value: weights[index].as_f64() }),
        None => Ok(weights),
    }
}

#[track_caller]
fn check_step<E: Scalar>(step: E) {
    assert!(step >= E::zero() && step.is_finite(), "prox: the step must be finite and at least 0, got {step}");
}

#[track_caller]
fn check_len(operator: &str, expected: usize, got: usize) {
    assert_eq!(expected, got, "{operator}: made for vectors of length {expected}, got one of length {got}");
}
