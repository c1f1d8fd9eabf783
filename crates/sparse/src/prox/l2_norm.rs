//! The l2 norm, not squared.

use super::{FenchelConjugate, Prox, ProxError, check_step, non_negative, sums};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// `g(z) = lambda ||z||_2`; its prox `max(1 - step * lambda / ||z||_2, 0) z` is the block soft threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L2Norm<E> {
    lambda: E,
}

impl<E: Scalar> L2Norm<E> {
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

/// The factor of the block soft threshold, `max(1 - t / norm, 0)`, and 0 for a zero vector.
pub(super) fn block_shrinkage(norm: f64, t: f64) -> f64 {
    if norm <= t { 0.0 } else { 1.0 - t / norm }
}

impl<E: Scalar> Prox<E> for L2Norm<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        self.lambda.as_f64() * sums::l2_norm(z)
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let t = step.as_f64() * self.lambda.as_f64();
        let shrinkage = E::of(block_shrinkage(sums::l2_norm(z.view()), t));
        z.mapv_inplace(|x| shrinkage * x);
    }
}

impl<E: Scalar> FenchelConjugate<E> for L2Norm<E> {
    /// The indicator of `||y||_2 <= lambda`.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        sums::indicator::<E>(sums::l2_norm(y), self.lambda.as_f64(), y.len())
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        sums::scale_to::<E>(sums::l2_norm(y), self.lambda.as_f64(), y.len())
    }
}
