//! The inner loops, compiled for several instruction sets and chosen at run time.
//!
//! None of them reorders a sum by vector width, so their bits are the same on every processor.

use crate::lasso::Penalty;
use crate::prox::{soft_threshold, soft_threshold_nonneg};
use latent_numeric::Scalar;

/// Applies the penalty's proximal map with this step to `v(j)` and stores it in `out[j]`.
#[inline(always)]
fn shrink_each<E: Scalar>(penalty: Penalty<'_, E>, step: E, out: &mut [E], v: impl Fn(usize) -> E) {
    let t = penalty.lambda * step;
    match (penalty.weights, penalty.positive) {
        (None, false) => out.iter_mut().enumerate().for_each(|(j, o)| *o = soft_threshold(v(j), t)),
        (None, true) => out.iter_mut().enumerate().for_each(|(j, o)| *o = soft_threshold_nonneg(v(j), t)),
        (Some(w), false) => out.iter_mut().zip(w).enumerate().for_each(|(j, (o, &w))| *o = soft_threshold(v(j), t * w)),
        (Some(w), true) => {
            out.iter_mut().zip(w).enumerate().for_each(|(j, (o, &w))| *o = soft_threshold_nonneg(v(j), t * w));
        }
    }
}

/// Sums over one sample, in double precision.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sums {
    /// `<z, b>`
    pub zb: f64,
    /// `<z, q>`
    pub zq: f64,
    /// `<z, z>`
    pub zz: f64,
    /// `sum_j w_j |z_j|`
    pub l1: f64,
}

const LANES: usize = 16;

latent_numeric::vectorized! {
    /// One proximal gradient step: `out = prox(y - step (H y - b))`.
    pub(crate) fn proximal_step<E: Scalar>(penalty: Penalty<'_, E>, step: E, y: &[E], hy: &[E], b: &[E], out: &mut [E]) {
        let n = out.len();
        let (y, hy, b) = (&y[..n], &hy[..n], &b[..n]);
        shrink_each(penalty, step, out, |j| y[j] - step * (hy[j] - b[j]));
    }

    /// `out = a x + b y`.
    pub(crate) fn combine<E: Scalar>([a, b]: [E; 2], x: &[E], y: &[E], out: &mut [E]) {
        let n = out.len();
        let (x, y) = (&x[..n], &y[..n]);
        for j in 0..n {
            out[j] = a * x[j] + b * y[j];
        }
    }

    /// One sweep of coordinate descent: every `z_j` in turn is set to its minimiser, and `q = b - H z`
    /// follows. Returns whether any coefficient changed.
    pub(crate) fn coordinate_sweep<E: Scalar>(h: &[E], penalty: Penalty<'_, E>, z: &mut [E], q: &mut [E]) -> bool {
        let n = z.len();
        let mut changed = false;
        for j in 0..n {
            let (old, row) = (z[j], &h[j * n..(j + 1) * n]);
            let (curvature, t) = (row[j], penalty.threshold(j));
            if old == E::zero() && (if penalty.positive { q[j] } else { q[j].abs() }) <= t {
                continue;
            }
            // An atom that is all zero: its coefficient only costs.
            let new = if curvature > E::zero() {
                let v = q[j] + curvature * old;
                (if penalty.positive { soft_threshold_nonneg(v, t) } else { soft_threshold(v, t) }) / curvature
            } else {
                E::zero()
            };
            if new != old {
                z[j] = new;
                changed = true;
                let delta = new - old;
                for (q, &h) in q.iter_mut().zip(row) {
                    *q -= delta * h;
                }
            }
        }
        changed
    }

    /// `q = b - H z`, skipping the zeros of `z`.
    pub(crate) fn residual_correlations<E: Scalar>(h: &[E], z: &[E], b: &[E], q: &mut [E]) {
        let n = z.len();
        q.copy_from_slice(b);
        for (j, &zj) in z.iter().enumerate().filter(|(_, zj)| **zj != E::zero()) {
            for (q, &h) in q.iter_mut().zip(&h[j * n..(j + 1) * n]) {
                *q -= zj * h;
            }
        }
    }

    /// One step of over-relaxed ADMM on a sample, after the product `solved = M (b + rho (z - u))`.
    ///
    /// `s = a solved + (1 - a) z + u`, then `z = prox(s)`, `u = s - z`, and the next right hand side
    /// `b + rho (z - u)`.
    pub(crate) fn admm_step<E: Scalar>(
        penalty: Penalty<'_, E>, rho: E, relaxation: E, solved: &[E], b: &[E], z: &mut [E], u: &mut [E], rhs: &mut [E],
    ) {
        let n = z.len();
        let (solved, b, u, rhs) = (&solved[..n], &b[..n], &mut u[..n], &mut rhs[..n]);
        let rest = E::one() - relaxation;
        for j in 0..n {
            u[j] += relaxation * solved[j] + rest * z[j];
        }
        let s = &*u;
        shrink_each(penalty, rho.recip(), z, |j| s[j]);
        for j in 0..n {
            u[j] -= z[j];
            rhs[j] = b[j] + rho * (z[j] - u[j]);
        }
    }

    /// `x <- a x`.
    pub(crate) fn scale<E: Scalar>(a: E, x: &mut [E]) {
        for x in x {
            *x *= a;
        }
    }

    /// `<a - b, c - d>` in double precision.
    pub(crate) fn inner_of_differences<E: Scalar>(a: &[E], b: &[E], c: &[E], d: &[E]) -> f64 {
        let n = a.len();
        let (b, c, d) = (&b[..n], &c[..n], &d[..n]);
        let mut lanes = [0.0; LANES];
        for j in 0..n {
            lanes[j % LANES] += (a[j] - b[j]).as_f64() * (c[j] - d[j]).as_f64();
        }
        lanes.iter().sum()
    }

    /// The sums that objective and gap are made of.
    pub(crate) fn sums<E: Scalar>(z: &[E], b: &[E], q: &[E], weights: Option<&[E]>) -> Sums {
        match weights {
            None => sums_with(z, b, q, |_| 1.0),
            Some(w) => sums_with(z, b, q, |j| w[j].as_f64()),
        }
    }

    /// The gap of a code with `l2 > 0` whose dual point is its residual `r`, as a sum of terms that are at least 0. With
    /// `v = W' r = q + l2 z` and `c` the projection of `v_j` on `[-lambda_j, lambda_j]` (on what is at most `lambda_j`
    /// where codes are held positive)
    ///
    /// ```text
    /// gap = sum_j (l2 z_j - (v_j - c_j))^2 / (2 l2) + (lambda_j |z_j| - c_j z_j)
    /// ```
    pub(crate) fn conjugate_gap<E: Scalar>(penalty: Penalty<'_, E>, z: &[E], q: &[E]) -> f64 {
        let l2 = penalty.l2.as_f64();
        let mut lanes = [0.0; LANES];
        for (j, (z, q)) in z.iter().zip(q).enumerate() {
            let (z, t) = (z.as_f64(), penalty.threshold(j).as_f64());
            let v = q.as_f64() + l2 * z;
            let beyond = if penalty.positive { soft_threshold_nonneg(v, t) } else { soft_threshold(v, t) };
            let miss = l2 * z - beyond;
            // lambda |z| may be 0 times infinity.
            let slack = if z == 0.0 { 0.0 } else { t * z.abs() - (v - beyond) * z };
            lanes[j % LANES] += miss * miss / (2.0 * l2) + slack;
        }
        lanes.iter().sum()
    }

    /// `max_j |q_j| / w_j`, or without the absolute value (and at least 0) under a sign constraint; NaN where a `q_j` is.
    pub(crate) fn largest_correlation<E: Scalar>(q: &[E], weights: Option<&[E]>, positive: bool) -> E {
        match (weights, positive) {
            (None, false) => largest(q.len(), |j| q[j].abs()),
            (None, true) => largest(q.len(), |j| q[j]),
            (Some(w), false) => largest(q.len(), |j| q[j].abs() / w[j]),
            (Some(w), true) => largest(q.len(), |j| q[j] / w[j]),
        }
    }
}

#[inline(always)]
fn sums_with<E: Scalar>(z: &[E], b: &[E], q: &[E], weight: impl Fn(usize) -> f64) -> Sums {
    let n = z.len();
    let (b, q) = (&b[..n], &q[..n]);
    let mut lanes = [[0.0; LANES]; 4];
    for start in (0..n).step_by(LANES) {
        for l in 0..LANES.min(n - start) {
            let (j, zj) = (start + l, z[start + l].as_f64());
            lanes[0][l] += zj * b[j].as_f64();
            lanes[1][l] += zj * q[j].as_f64();
            lanes[2][l] += zj * zj;
            lanes[3][l] += weight(j) * zj.abs();
        }
    }
    let [zb, zq, zz, l1] = lanes.map(|l| l.iter().sum());
    Sums { zb, zq, zz, l1 }
}

/// The largest of 0 and `value(j)` for `j` below `n`.
#[inline(always)]
fn largest<E: Scalar>(n: usize, value: impl Fn(usize) -> E) -> E {
    let mut lanes = [E::zero(); LANES];
    for start in (0..n).step_by(LANES) {
        for l in 0..LANES.min(n - start) {
            let c = value(start + l);
            lanes[l] = if c > lanes[l] || c.is_nan() { c } else { lanes[l] };
        }
    }
    lanes.into_iter().fold(E::zero(), |worst, c| if c > worst || c.is_nan() { c } else { worst })
}
