//! The l2 ball.

use super::{FenchelConjugate, Prox, ProxError, check_step, non_negative, sums};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// The constraint `||z||_2 <= radius`, as on the atoms of a dictionary; the projection is
/// `min(1, radius / ||z||_2) z`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct L2Ball<E> {
    radius: E,
}

impl<E: Scalar> L2Ball<E> {
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

impl<E: Scalar> Prox<E> for L2Ball<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        sums::indicator::<E>(sums::l2_norm(z), self.radius.as_f64(), z.len())
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let (norm, radius) = (sums::l2_norm(z.view()), self.radius.as_f64());
        // Also taken for a NaN norm, which then fills the vector. The tolerance makes it idempotent.
        if !sums::within::<E>(norm, radius, z.len()) {
            z.mapv_inplace(|x| E::of(x.as_f64() / norm * radius));
        }
    }
}

impl<E: Scalar> FenchelConjugate<E> for L2Ball<E> {
    /// `radius ||y||_2`.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        self.radius.as_f64() * sums::l2_norm(y)
    }

    fn dual_scale(&self, _: ArrayView1<E>) -> f64 {
        1.0
    }
}
