//! The l1 norm on the non-negative orthant.

use super::{FenchelConjugate, Prox, ProxError, check_step, non_negative, soft_threshold_nonneg, sums};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// `g(z) = lambda sum_i z_i` for `z >= 0`, infinite elsewhere: the penalty of the positive lasso.
/// Its prox is `max(z_i - step * lambda, 0)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NonNegativeL1<E> {
    lambda: E,
}

impl<E: Scalar> NonNegativeL1<E> {
    /// The penalty with factor `lambda >= 0`; with 0 it is the constraint alone.
    ///
    /// # Errors
    /// If `lambda` is negative or not finite.
    pub fn new(lambda: E) -> Result<Self, ProxError> {
        Ok(Self { lambda: non_negative("lambda", lambda)? })
    }

    /// The factor `lambda` of the penalty.
    pub fn lambda(&self) -> E {
        self.lambda
    }
}

impl<E: Scalar> Prox<E> for NonNegativeL1<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        let sum = sums::l1_norm(z);
        if !sum.is_nan() && z.iter().any(|&x| x < E::zero()) {
            return f64::INFINITY;
        }
        self.lambda.as_f64() * sum
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let t = step * self.lambda;
        z.mapv_inplace(|x| soft_threshold_nonneg(x, t));
    }
}

/// The largest of 0 and the entries; NaN where one is.
fn largest<E: Scalar>(y: ArrayView1<E>) -> f64 {
    y.iter().fold(0.0, |max: f64, y| if y.as_f64() > max || y.is_nan() { y.as_f64() } else { max })
}

impl<E: Scalar> FenchelConjugate<E> for NonNegativeL1<E> {
    /// The indicator of `y_i <= lambda` for all i.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        sums::indicator::<E>(largest(y), self.lambda.as_f64(), 1)
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        sums::scale_to::<E>(largest(y), self.lambda.as_f64(), 1)
    }
}
