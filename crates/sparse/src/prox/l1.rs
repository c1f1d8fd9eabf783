//! The l1 norm.

use super::{FenchelConjugate, Prox, ProxError, check_step, non_negative, soft_threshold, sums};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// `g(z) = lambda ||z||_1`; its prox is the soft threshold at `step * lambda` (Donoho and Johnstone 1994).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L1<E> {
    lambda: E,
}

impl<E: Scalar> L1<E> {
    /// The penalty with factor `lambda >= 0`.
    ///
    /// # Errors
    /// If `lambda` is negative or not finite.
    pub fn new(lambda: E) -> Result<Self, ProxError> {
        Ok(Self { lambda: non_negative("lambda", lambda)? })
    }

    /// The factor `lambda` of the norm.
    pub fn lambda(&self) -> E {
        self.lambda
    }
}

impl<E: Scalar> Prox<E> for L1<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        self.lambda.as_f64() * sums::l1_norm(z)
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let t = step * self.lambda;
        z.mapv_inplace(|x| soft_threshold(x, t));
    }
}

impl<E: Scalar> FenchelConjugate<E> for L1<E> {
    /// The indicator of `||y||_inf <= lambda`.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        sums::indicator::<E>(sums::linf_norm(y), self.lambda.as_f64(), 1)
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        sums::scale_to::<E>(sums::linf_norm(y), self.lambda.as_f64(), 1)
    }
}
