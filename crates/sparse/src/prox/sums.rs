//! Norms of a vector, accumulated in double precision.
//!
//! In `f32` the sums are exact to the rounding of the result, so a projected vector can be tested for
//! feasibility with the few units of slack of [`within`].

use latent_numeric::Scalar;
use ndarray::ArrayView1;

/// Independent partial sums: element `i` goes to lane `i % LANES`, whatever the memory layout.
const LANES: usize = 8;

/// `sum_i map(z_i)`.
pub(super) fn sum<E: Scalar>(z: ArrayView1<E>, map: impl Fn(f64) -> f64) -> f64 {
    let mut acc = [0.0; LANES];
    if let Some(z) = z.as_slice() {
        let (rows, tail) = z.as_chunks::<LANES>();
        for row in rows {
            for (s, x) in acc.iter_mut().zip(row) {
                *s += map(x.as_f64());
            }
        }
        for (s, x) in acc.iter_mut().zip(tail) {
            *s += map(x.as_f64());
        }
    } else {
        for (i, x) in z.iter().enumerate() {
            acc[i % LANES] += map(x.as_f64());
        }
    }
    ((acc[0] + acc[4]) + (acc[2] + acc[6])) + ((acc[1] + acc[5]) + (acc[3] + acc[7]))
}

/// `||z||_1`; NaN if `z` holds a NaN.
pub(super) fn l1_norm<E: Scalar>(z: ArrayView1<E>) -> f64 {
    sum(z, f64::abs)
}

/// `||z||_inf`; NaN if `z` holds a NaN.
pub(super) fn linf_norm<E: Scalar>(z: ArrayView1<E>) -> f64 {
    z.iter().fold(0.0, |max: f64, x| {
        let x = x.as_f64().abs();
        if x > max || x.is_nan() { x } else { max }
    })
}

/// `||z||_2` without overflow or underflow of the squares; NaN if `z` holds a NaN.
pub(super) fn l2_norm<E: Scalar>(z: ArrayView1<E>) -> f64 {
    let squares = sum(z, |x| x * x);
    if squares.is_nan() || (1e-280..1e280).contains(&squares) {
        return squares.sqrt();
    }
    let scale = linf_norm(z);
    if scale == 0.0 || !scale.is_finite() {
        return scale;
    }
    scale * sum(z, |x| (x / scale) * (x / scale)).sqrt()
}

/// Whether a norm of a vector of `len` entries is at most `radius`, up to the rounding of the norm and
/// of a projection onto the ball: `8 eps_E + len eps_f64`, relative.
pub(super) fn within<E: Scalar>(norm: f64, radius: f64, len: usize) -> bool {
    norm <= radius * (1.0 + 8.0 * E::epsilon().as_f64() + len as f64 * f64::EPSILON)
}

/// The largest factor of at most 1 that brings a norm to the radius.
pub(super) fn scale_to<E: Scalar>(norm: f64, radius: f64, len: usize) -> f64 {
    if within::<E>(norm, radius, len) { 1.0 } else { radius / norm }
}

/// The indicator function as a value: 0 where the constraint holds, infinity where not, NaN if `norm` is.
pub(super) fn indicator<E: Scalar>(norm: f64, radius: f64, len: usize) -> f64 {
    if norm.is_nan() {
        f64::NAN
    } else if within::<E>(norm, radius, len) {
        0.0
    } else {
        f64::INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use latent_numeric::random::Stream;
    use ndarray::{Array1, array, s};

    #[test]
    fn norms_of_extreme_vectors() {
        assert_eq!(l2_norm(array![3e300, 4e300].view()), 5e300);
        assert_abs_diff_eq!(l2_norm(array![3e-300, 4e-300].view()) / 5e-300, 1.0, epsilon = 1e-15);
        assert_eq!(l2_norm(array![0.0_f32, 0.0].view()), 0.0);
        assert_eq!(l2_norm(array![1.0, f64::INFINITY].view()), f64::INFINITY);
        for norm in [l1_norm, l2_norm, linf_norm] {
            assert!(norm(array![1.0, f64::NAN, 2.0].view()).is_nan());
            assert!(norm(array![f64::INFINITY, f64::NAN, 1e300].view()).is_nan());
        }
    }

    #[test]
    fn layout_does_not_change_the_bits() {
        let z: Array1<f64> = Stream::new(1, "strided", &[]).normal_array(101);
        let wide = Array1::from_shape_fn(202, |i| z[i / 2]);
        assert_eq!(l1_norm(z.view()).to_bits(), l1_norm(wide.slice(s![..;2])).to_bits());
    }
}
