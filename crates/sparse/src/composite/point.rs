//! One code of one sample, and how far it is from optimal.

use crate::prox::{FenchelConjugate, Prox};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// A code and the slopes that it leaves, in the unit of its sample.
///
/// In the unit `u` the penalty is `g_u(z) = g(u z) / u^2`, its conjugate `g*(u y) / u^2`, and its proximal operator
/// `prox_{t g}(u z) / u` with the same step.
#[derive(Clone, Copy, Debug)]
pub struct Point<'a, E> {
    /// What sample and code are divided by.
    pub(super) unit: E,
    /// `1/2 ||x||^2`
    pub(super) half_squared: f64,
    /// `||W' x||`
    pub(super) correlation: f64,
    /// `1/L`
    pub(super) step: E,
    /// `||x - W z||^2`
    pub(super) residual: f64,
    pub(super) z: &'a [E],
    /// `W' (x - W z)`
    pub(super) q: &'a [E],
}

/// `g` in this unit at `z`, which is given in it.
pub(super) fn value_in<E: Scalar>(prox: &(impl Prox<E> + ?Sized), unit: E, z: &[E]) -> f64 {
    per_square(unit, prox.value(times(unit, z).as_slice().into()))
}

/// The proximal operator in this unit.
pub(super) fn apply_in<E: Scalar>(prox: &(impl Prox<E> + ?Sized), unit: E, z: &mut [E], step: E) {
    z.iter_mut().for_each(|z| *z *= unit);
    prox.apply(ArrayViewMut1::from(&mut *z), step);
    z.iter_mut().for_each(|z| *z /= unit);
}

fn times<E: Scalar>(factor: E, values: &[E]) -> Vec<E> {
    values.iter().map(|&v| factor * v).collect()
}

/// A value in units of the square of this one.
fn per_square<E: Scalar>(unit: E, value: f64) -> f64 {
    // Twice, since the square of the unit alone may be out of range.
    value / unit.as_f64() / unit.as_f64()
}

pub(super) fn norm<E: Scalar>(values: impl IntoIterator<Item = E>) -> f64 {
    values.into_iter().map(|v| v.as_f64().powi(2)).sum::<f64>().sqrt()
}

impl<E: Scalar> Point<'_, E> {
    /// The duality gap of [`GapCertificate`](super::GapCertificate), relative to `1/2 ||x||^2`.
    pub(super) fn relative_gap(&self, penalty: &(impl FenchelConjugate<E> + ?Sized)) -> f64 {
        let mut dual = times(self.unit, self.q);
        let s = penalty.dual_scale(ArrayView1::from(&dual)).clamp(0.0, 1.0);
        if s < 1.0 {
            dual.iter_mut().for_each(|y| *y = E::of(s * y.as_f64()));
        }
        let conjugate = per_square(self.unit, penalty.conjugate_value(ArrayView1::from(&dual)));
        let inner: f64 = self.z.iter().zip(self.q).map(|(z, q)| z.as_f64() * q.as_f64()).sum();
        let young = value_in(penalty, self.unit, self.z) + conjugate - s * inner;
        let gap = young + 0.5 * (1.0 - s).powi(2) * self.residual;
        if self.half_squared > 0.0 { gap / self.half_squared } else { gap }
    }

    /// The step of [`StepCertificate`](super::StepCertificate).
    pub(super) fn relative_step(&self, penalty: &(impl Prox<E> + ?Sized)) -> f64 {
        let mut next: Vec<E> = self.z.iter().zip(self.q).map(|(&z, &q)| z + self.step * q).collect();
        apply_in(penalty, self.unit, &mut next, self.step);
        let length = norm(next.iter().zip(self.z).map(|(&next, &z)| next - z));
        if length == 0.0 {
            return 0.0;
        }
        length / norm(self.z.iter().copied()).max(self.step.as_f64() * self.correlation)
    }
}
