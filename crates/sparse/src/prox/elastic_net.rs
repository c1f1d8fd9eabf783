//! The elastic net.

use super::{FenchelConjugate, Prox, ProxError, check_step, non_negative, soft_threshold, sums};
use latent_numeric::Scalar;
use ndarray::{ArrayView1, ArrayViewMut1};

/// `g(z) = l1 ||z||_1 + l2/2 ||z||_2^2` (Zou and Hastie 2005, who write `l2` without the half).
///
/// Its prox is `soft_threshold(z_i, step * l1) / (1 + step * l2)`. With scikit-learn's `ElasticNet` on n
/// rows, `l1 = n * alpha * l1_ratio` and `l2 = n * alpha * (1 - l1_ratio)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ElasticNet<E> {
    l1: E,
    l2: E,
}

impl<E: Scalar> ElasticNet<E> {
    /// The penalty with factors `l1 >= 0` and `l2 >= 0`.
    ///
    /// # Errors
    /// If a factor is negative or not finite.
    pub fn new(l1: E, l2: E) -> Result<Self, ProxError> {
        Ok(Self { l1: non_negative("l1", l1)?, l2: non_negative("l2", l2)? })
    }

    /// The factor of `||z||_1`.
    pub fn l1(&self) -> E {
        self.l1
    }

    /// The factor of `1/2 ||z||_2^2`.
    pub fn l2(&self) -> E {
        self.l2
    }
}

impl<E: Scalar> Prox<E> for ElasticNet<E> {
    fn value(&self, z: ArrayView1<E>) -> f64 {
        let (l1, l2) = (self.l1.as_f64(), self.l2.as_f64());
        // Without this the square of a large number would make 0 * infinity.
        let ridge = if l2 == 0.0 { 0.0 } else { 0.5 * l2 * sums::sum(z, |x| x * x) };
        l1 * sums::l1_norm(z) + ridge
    }

    fn apply(&self, mut z: ArrayViewMut1<E>, step: E) {
        check_step(step);
        let (t, shrink) = (step * self.l1, E::one() + step * self.l2);
        z.mapv_inplace(|x| soft_threshold(x, t) / shrink);
    }
}

impl<E: Scalar> FenchelConjugate<E> for ElasticNet<E> {
    /// `sum_i max(|y_i| - l1, 0)^2 / (2 l2)`; with `l2 = 0` the indicator of `||y||_inf <= l1`.
    fn conjugate_value(&self, y: ArrayView1<E>) -> f64 {
        let (l1, l2) = (self.l1.as_f64(), self.l2.as_f64());
        if l2 == 0.0 {
            return sums::indicator::<E>(sums::linf_norm(y), l1, 1);
        }
        sums::sum(y, |y| soft_threshold(y, l1) * soft_threshold(y, l1)) / (2.0 * l2)
    }

    fn dual_scale(&self, y: ArrayView1<E>) -> f64 {
        if self.l2 > E::zero() { 1.0 } else { sums::scale_to::<E>(sums::linf_norm(y), self.l1.as_f64(), 1) }
    }
}
