//! The squared l2 norm.

use super::{FenchelConjugate, Prox, ProxError, check_step, non_negative, sums};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// `g(z) = lambda/2 ||z||_2^2` (ridge, weight decay); its prox is `z / (1 + step * lambda)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SquaredL2<E> {
    lambda: E,
}

impl<E: Scalar> SquaredL2<E> {
    /// The penalty with factor `lambda >= 0`.
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

impl<E: Scalar> Prox<E> for SquaredL2<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        0.5 * self.lambda.as_f64() * sums::sum(z, |x| x * x)
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let shrink = E::one() + step * self.lambda;
        z.mapv_inplace(|x| x / shrink);
    }
}

impl<E: Scalar> FenchelConjugate<E> for SquaredL2<E> {
    /// `||y||_2^2 / (2 lambda)`; with `lambda = 0` the indicator of `y = 0`.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        let lambda = self.lambda.as_f64();
        if lambda == 0.0 {
            return sums::indicator::<E>(sums::linf_norm(y), 0.0, 1);
        }
        sums::sum(y, |y| y * y) / (2.0 * lambda)
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        if self.lambda > E::zero() { 1.0 } else { sums::scale_to::<E>(sums::linf_norm(y), 0.0, 1) }
    }
}
