//! The l-infinity ball.

use super::box_constraint::clamp;
use super::{FenchelConjugate, Prox, ProxError, check_step, non_negative, sums};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// The constraint `||z||_inf <= radius`; the projection clamps every entry to `[-radius, radius]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinfBall<E> {
    radius: E,
}

impl<E: Scalar> LinfBall<E> {
    /// The ball of this radius around 0; a radius of 0 is the origin alone.
    ///
    /// # Errors
    /// If `radius` is negative or not finite.
    pub fn new(radius: E) -> Result<Self, ProxError> {
        Ok(Self { radius: non_negative("radius", radius)? })
    }

    /// The radius of the ball.
    pub fn radius(&self) -> E {
        self.radius
    }
}

impl<E: Scalar> Prox<E> for LinfBall<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        sums::indicator::<E>(sums::linf_norm(z), self.radius.as_f64(), 1)
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        z.mapv_inplace(|x| clamp(x, -self.radius, self.radius));
    }
}

impl<E: Scalar> FenchelConjugate<E> for LinfBall<E> {
    /// `radius ||y||_1`.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        self.radius.as_f64() * sums::l1_norm(y)
    }

    fn dual_scale(&self, _: ArrayView1<E>) -> f64 {
        1.0
    }
}
