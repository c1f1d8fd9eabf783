//! The gap that a code leaves.

use super::certificate::Terms;
use super::penalty::Penalty;
use crate::kernels::{Sums, conjugate_gap, largest_correlation, sums};
use latent_numeric::Scalar;
use ndarray::ArrayView1;

impl<E: Scalar> Penalty<'_, E> {
    /// The smallest lambda for which `q` is dual feasible: `max_j |q_j| / w_j`, without the absolute value
    /// where codes are held positive.
    pub fn largest(&self, q: &[E]) -> E {
        largest_correlation(q, self.weights, self.positive)
    }

    /// `1/2 z' H z - b' z` and the l1 term: the objective without its constant `1/2 ||x||^2`.
    pub fn varying_objective(&self, z: &[E], hz: &[E], b: &[E]) -> f64 {
        // The second pair of products is <z, H z> here.
        let sums = sums(z, b, hz, self.weights);
        0.5 * sums.zq - sums.zb + self.lambda.as_f64() * sums.l1
    }

    /// The largest `s <= 1` for which `s q` is dual feasible.
    fn dual_scale(&self, q: &[E]) -> f64 {
        let worst = self.largest(q);
        if worst <= self.lambda { 1.0 } else { self.lambda.as_f64() / worst.as_f64() }
    }

    /// Objective and gap from `||x||^2`, `<x, W z>`, `z` and `q = W' r - l2 z`.
    ///
    /// With `b = W' x`: `<z, b> = <x, W z>` and `<z, q> = <W z, r> - l2 ||z||^2`, so that
    /// `||r||^2 + l2 ||z||^2 = ||x||^2 - <z, b> - <z, q>` and `<x, r> = ||x||^2 - <z, b>`.
    pub fn terms_from_correlations(&self, x_squared: f64, z: &[E], b: &[E], q: &[E]) -> Terms {
        let sums = sums(z, b, q, self.weights);
        let smooth = x_squared - sums.zb - sums.zq;
        // Rounding takes it below 0; a NaN stays one.
        let smooth = if smooth < 0.0 { 0.0 } else { smooth };
        self.terms(x_squared, [z, q], smooth, x_squared - sums.zb, sums)
    }

    /// Objective and gap from the residual itself.
    pub fn terms_from_residual(&self, x: ArrayView1<E>, r: ArrayView1<E>, z: &[E], q: &[E]) -> Terms {
        let inner = |a: ArrayView1<E>, b: ArrayView1<E>| a.iter().zip(&b).map(|(&a, &b)| a.as_f64() * b.as_f64()).sum();
        let (x_squared, x_r, r_squared): (f64, f64, f64) = (inner(x, x), inner(x, r), inner(r, r));
        let sums = sums(z, q, q, self.weights);
        self.terms(x_squared, [z, q], r_squared + self.l2.as_f64() * sums.zz, x_r, sums)
    }

    /// From `smooth = ||r||^2 + l2 ||z||^2` and `x_r = <x, r>`.
    fn terms(&self, x_squared: f64, [z, q]: [&[E]; 2], smooth: f64, x_r: f64, sums: Sums) -> Terms {
        let l2 = 0.5 * self.l2.as_f64() * sums.zz;
        let l1 = self.lambda.as_f64() * sums.l1;
        let s = self.dual_scale(q);
        let gap = 0.5 * smooth + l1 - (s * x_r - 0.5 * s * s * smooth);
        let conjugate = if self.l2 > E::zero() { conjugate_gap(*self, z, q) } else { f64::INFINITY };
        let gap = if conjugate < gap { conjugate } else { gap };
        let relative_gap = if x_squared > 0.0 { gap / (0.5 * x_squared) } else { gap };
        Terms { data: 0.5 * smooth - l2, l1, l2, gap, relative_gap }
    }
}
