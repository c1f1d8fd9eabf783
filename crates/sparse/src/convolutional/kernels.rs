//! The inner loops over the coefficients of maps, compiled for several instruction sets.

use crate::prox::soft_threshold;
use latent_numeric::Scalar;

const LANES: usize = 16;

/// `x` held to `[-t, t]`.
#[inline(always)]
fn clip<E: Scalar>(x: E, t: E) -> E {
    let c = if t < x { t } else { x };
    if -t > c { -t } else { c }
}

/// `|shrink(q + n z, t) / n - z|`, and `|z|` where `n` is 0.
#[inline(always)]
fn change<E: Scalar>(t: E, q: E, z: E, n: E) -> E {
    let new = soft_threshold(q + n * z, t) / n;
    ((if n > E::zero() { new } else { E::zero() }) - z).abs()
}

/// Calls `f(j, lane)` for `j` below `n`, a vector's worth at a time.
#[inline(always)]
fn by_lanes(n: usize, mut f: impl FnMut(usize, usize)) {
    let whole = n - n % LANES;
    for start in (0..whole).step_by(LANES) {
        for lane in 0..LANES {
            f(start + lane, lane);
        }
    }
    for j in whole..n {
        f(j, j - whole);
    }
}

#[inline(always)]
fn total<E: Scalar>(lanes: [E; LANES]) -> f64 {
    lanes.into_iter().map(Scalar::as_f64).sum()
}

/// Sums over a step of ADMM that say whether `rho` is in balance.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Balance {
    /// `||x - z||^2`
    pub primal: f64,
    /// `||z - z_old||^2`
    pub dual: f64,
    /// `||z||^2`
    pub z: f64,
    /// `||u||^2`
    pub u: f64,
}

/// Sums over a step of proximal gradient.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StepSums {
    /// `<y - c, c - z>`
    pub against: f64,
    /// `||c||_1`
    pub l1: f64,
}

latent_numeric::vectorized! {
    /// One step of over-relaxed ADMM in the one variable `w = z + u`, of which `z = shrink(w, t)` and `u = w - z`:
    ///
    /// ```text
    /// x = z - u + g,   w <- a x + (1 - a) z + u,   v = z - u of the new w
    /// ```
    pub(super) fn admm_step<E: Scalar>(t: E, a: E, w: &mut [E], g: &[E], v: &mut [E]) {
        let n = w.len();
        let (g, v) = (&g[..n], &mut v[..n]);
        for j in 0..n {
            let u = clip(w[j], t);
            let z = w[j] - u;
            let new = z + a * (g[j] - u) + u;
            w[j] = new;
            v[j] = new - (E::one() + E::one()) * clip(new, t);
        }
    }

    /// [`admm_step`] with its sums.
    pub(super) fn measured_admm_step<E: Scalar>(t: E, a: E, w: &mut [E], g: &[E], v: &mut [E]) -> Balance {
        let n = w.len();
        let (g, v) = (&g[..n], &mut v[..n]);
        let mut lanes = [[E::zero(); LANES]; 4];
        by_lanes(n, |j, lane| {
            let u = clip(w[j], t);
            let z = w[j] - u;
            let x = z - u + g[j];
            let new = z + a * (g[j] - u) + u;
            let new_u = clip(new, t);
            let new_z = new - new_u;
            w[j] = new;
            v[j] = new_z - new_u;
            lanes[0][lane] += (x - new_z) * (x - new_z);
            lanes[1][lane] += (new_z - z) * (new_z - z);
            lanes[2][lane] += new_z * new_z;
            lanes[3][lane] += new_u * new_u;
        });
        let [primal, dual, z, u] = lanes.map(total);
        Balance { primal, dual, z, u }
    }

    /// Changes the threshold of `w = z + u` from `t` to `factor t`, and `u` with it; `v = z - u`.
    pub(super) fn rescale<E: Scalar>(t: E, factor: E, w: &mut [E], v: &mut [E]) {
        let n = w.len();
        let v = &mut v[..n];
        for j in 0..n {
            let u = clip(w[j], t);
            let z = w[j] - u;
            w[j] = z + factor * u;
            v[j] = z - factor * u;
        }
    }

    /// Whether fewer than `limit` are not zero; looks no further than it must.
    pub(super) fn fewer_nonzeros<E: Scalar>(z: &[E], limit: usize) -> bool {
        let mut count = 0;
        for part in z.chunks(256) {
            count += part.iter().map(|z| u32::from(*z != E::zero())).sum::<u32>() as usize;
            if count >= limit {
                return false;
            }
        }
        true
    }

    /// `out = shrink(w, t)`.
    pub(super) fn shrink<E: Scalar>(t: E, w: &[E], out: &mut [E]) {
        let n = out.len();
        let w = &w[..n];
        for j in 0..n {
            out[j] = soft_threshold(w[j], t);
        }
    }

    /// A proximal gradient step from `y = a z + (1 - a) other`: `other <- shrink(y + step g, t)`, copied to `out`.
    pub(super) fn proximal_step<E: Scalar>(
        a: E, step: E, t: E, z: &[E], other: &mut [E], g: &[E], out: &mut [E],
    ) -> StepSums {
        let n = z.len();
        let (other, g, out) = (&mut other[..n], &g[..n], &mut out[..n]);
        let mut lanes = [[E::zero(); LANES]; 2];
        by_lanes(n, |j, lane| {
            let y = other[j] + a * (z[j] - other[j]);
            let c = soft_threshold(y + step * g[j], t);
            other[j] = c;
            out[j] = c;
            lanes[0][lane] += (y - c) * (c - z[j]);
            lanes[1][lane] += c.abs();
        });
        let [against, l1] = lanes.map(total);
        StepSums { against, l1 }
    }

    /// The largest `|g_j|`; NaN where one is.
    pub(super) fn largest<E: Scalar>(g: &[E]) -> E {
        let mut lanes = [E::zero(); LANES];
        by_lanes(g.len(), |j, lane| {
            let size = g[j].abs();
            lanes[lane] = if size > lanes[lane] || size.is_nan() { size } else { lanes[lane] };
        });
        lanes.into_iter().fold(E::zero(), |worst, c| if c > worst || c.is_nan() { c } else { worst })
    }

    /// How many are not zero, and `||z||_1`.
    pub(super) fn count_and_l1<E: Scalar>(z: &[E]) -> (usize, f64) {
        let (mut count, mut lanes) = ([0_u32; LANES], [E::zero(); LANES]);
        by_lanes(z.len(), |j, lane| {
            count[lane] += u32::from(z[j] != E::zero());
            lanes[lane] += z[j].abs();
        });
        (count.into_iter().map(|c| c as usize).sum(), total(lanes))
    }

    /// The largest `|z_new - z|` for `z_new = shrink(q + n z, t) / n`, or 0 where `n` is.
    pub(super) fn largest_change<E: Scalar>(t: E, q: &[E], z: &[E], n: &[E]) -> E {
        let count = q.len();
        let (z, n) = (&z[..count], &n[..count]);
        let mut lanes = [E::zero(); LANES];
        by_lanes(count, |j, lane| {
            let size = change(t, q[j], z[j], n[j]);
            lanes[lane] = if size > lanes[lane] { size } else { lanes[lane] };
        });
        lanes.into_iter().fold(E::zero(), |worst, c| if c > worst { c } else { worst })
    }

    /// Where that is.
    pub(super) fn best_change<E: Scalar>(t: E, q: &[E], z: &[E], n: &[E]) -> usize {
        let count = q.len();
        let (z, n) = (&z[..count], &n[..count]);
        let (mut best, mut at) = (E::zero(), 0);
        for j in 0..count {
            let size = change(t, q[j], z[j], n[j]);
            if size > best {
                (best, at) = (size, j);
            }
        }
        at
    }

    /// `a += b`.
    pub(super) fn add<E: Scalar>(a: &mut [E], b: &[E]) {
        for (a, &b) in a.iter_mut().zip(b) {
            *a += b;
        }
    }

    /// `a += factor b`.
    pub(super) fn add_scaled<E: Scalar>(a: &mut [E], factor: E, b: &[E]) {
        for (a, &b) in a.iter_mut().zip(b) {
            *a += factor * b;
        }
    }
}
