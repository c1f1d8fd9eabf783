//! Logarithms and ratios of modified Bessel functions of the first kind `I_v(x)`.
//!
//! Everything is written with two functions that are smooth at zero, the scaled logarithm
//! `g_v(x) = ln(I_v(x) / x^v)` and its derivative, the ratio `A_v(x) = I_(v+1)(x) / I_v(x)`, whose own derivatives are
//! those of [`bessel_jets`](super::bessel_jets).
//!
//! Values: with `s = sqrt(v^2 + x^2)`, the ascending series (DLMF 10.25.2), all of whose terms are positive, for
//! `s < 30`, and Debye's uniform expansion (DLMF 10.41.3) beyond, which in powers of `1/s` holds for every order.

use super::bessel_jets::{deficit, divergence, ratio_derivatives};
use super::smooth::{Smooth, apply};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use std::f64::consts::{LN_2, PI};
use std::sync::LazyLock;

/// From here on, the expansion.
pub(super) const FAR: f64 = 30.0;
/// Terms of the expansion beyond the first.
const TERMS: usize = 18;

/// `P_k` with `U_k(p) = p^k P_k(p^2)`, by ascending powers; DLMF 10.41.9.
pub(super) static DEBYE: LazyLock<Vec<Vec<f64>>> = LazyLock::new(|| {
    let mut all = vec![vec![1.0]];
    for k in 0..TERMS {
        // U_(k+1) = p^2 (1 - p^2) U_k' / 2 + int_0^p (1 - 5 t^2) U_k(t) dt / 8
        let mut next = vec![0.0; k + 2];
        for (i, &c) in all[k].iter().enumerate() {
            let power = (k + 2 * i) as f64;
            next[i] += c * (power / 2.0 + 1.0 / (8.0 * (power + 1.0)));
            next[i + 1] -= c * (power / 2.0 + 5.0 / (8.0 * (power + 3.0)));
        }
        all.push(next);
    }
    all
});

/// The expansion's sum `S = sum_k s^-k P_k(c)`, with `c = v^2 / s^2`, and `(s^2 / x) dS/dx`.
fn debye(v: f64, s: f64) -> (f64, f64) {
    let c = (v / s).powi(2);
    let (mut sum, mut slope, mut scale) = (0.0, 0.0, 1.0);
    for (k, polynomial) in DEBYE.iter().enumerate() {
        let (value, derivative) =
            polynomial.iter().rev().fold((0.0, 0.0), |(value, slope), &a| (value * c + a, slope * c + value));
        sum += scale * value;
        slope -= scale * (k as f64 * value + 2.0 * c * derivative);
        scale /= s;
    }
    (sum, slope)
}

/// `sum_k (x^2 / 4)^k / (k! (v + 1)_k)`
fn series(v: f64, x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let (mut sum, mut term, mut k) = (1.0, 1.0, 0.0);
    while term > sum * 1e-17 {
        k += 1.0;
        term *= quarter / (k * (v + k));
        sum += term;
    }
    sum
}

pub(super) fn scaled(v: f64, x: f64) -> f64 {
    if x == f64::INFINITY {
        return x;
    }
    let s = v.hypot(x);
    if s < FAR {
        series(v, x).ln() - v * LN_2 - libm::lgamma(v + 1.0)
    } else {
        s - v * (v + s).ln() - 0.5 * (2.0 * PI * s).ln() + debye(v, s).0.ln()
    }
}

pub(super) fn ratio(v: f64, x: f64) -> f64 {
    if x == f64::INFINITY {
        return 1.0;
    }
    let s = v.hypot(x);
    if s < FAR {
        x / (2.0 * (v + 1.0)) * (series(v + 1.0, x) / series(v, x))
    } else {
        let (sum, slope) = debye(v, s);
        x * (1.0 / (s + v) + (slope / sum - 0.5) / s / s)
    }
}

/// `g_v`
#[derive(Clone, Copy)]
struct Scaled {
    v: f64,
}

impl Smooth for Scaled {
    const NAME: &'static str = "log_bessel_scaled";

    fn derivative(self, order: u32) -> impl Fn(f64) -> f64 + Sync {
        move |x| match order {
            0 => scaled(self.v, x),
            1 => ratio(self.v, x),
            _ => derivative_of_ratio(self.v, x, order - 1),
        }
    }
}

/// `A_v`
#[derive(Clone, Copy)]
struct Ratio {
    v: f64,
}

impl Smooth for Ratio {
    const NAME: &'static str = "bessel_ratio";

    fn derivative(self, order: u32) -> impl Fn(f64) -> f64 + Sync {
        move |x| if order == 0 { ratio(self.v, x) } else { derivative_of_ratio(self.v, x, order) }
    }
}

/// `1 - A_v`
#[derive(Clone, Copy)]
struct Deficit {
    v: f64,
}

impl Smooth for Deficit {
    const NAME: &'static str = "bessel_ratio_deficit";

    fn derivative(self, order: u32) -> impl Fn(f64) -> f64 + Sync {
        move |x| if order == 0 { deficit(self.v, x) } else { -derivative_of_ratio(self.v, x, order) }
    }
}

/// `x A_v(x) - g_v(x) + g_v(0)`
#[derive(Clone, Copy)]
struct Divergence {
    v: f64,
}

impl Smooth for Divergence {
    const NAME: &'static str = "bessel_divergence";

    fn derivative(self, order: u32) -> impl Fn(f64) -> f64 + Sync {
        move |x| match order {
            0 => divergence(self.v, x),
            _ if x == f64::INFINITY => 0.0,
            // Of x A', by Leibniz' rule.
            _ => {
                let of_ratio = ratio_derivatives(self.v, x, order);
                x * of_ratio[order as usize] + f64::from(order - 1) * of_ratio[order as usize - 1]
            }
        }
    }
}

fn derivative_of_ratio(v: f64, x: f64, order: u32) -> f64 {
    ratio_derivatives(v, x, order)[order as usize]
}

/// `ln(I_v(x) / x^v)`, element by element, for `x >= 0`: the logarithm without its singularity at zero.
///
/// Its gradient is [`bessel_ratio`]. In double precision within about 1e-14 relative to the larger of 1, `v` and
/// `x`; neither large orders nor large arguments overflow.
///
/// ```
/// use latent_losses::special::log_bessel_scaled;
/// use latent_tensor::Tensor;
///
/// // I_0(0) = 1
/// assert_eq!(log_bessel_scaled(0.0, &Tensor::scalar(0.0_f64)).item(), 0.0);
/// ```
///
/// # Panics
/// If the order is negative or NaN.
#[must_use]
#[track_caller]
pub fn log_bessel_scaled<E: Scalar>(v: f64, x: &Tensor<E>) -> Tensor<E> {
    assert!(v >= 0.0, "log_bessel_scaled: the order {v} is negative");
    apply(Scaled { v }, x)
}

/// `ln I_v(x)`, element by element, in nats, for `x > 0`.
///
/// ```
/// use latent_losses::special::log_bessel_i;
/// use latent_tensor::Tensor;
///
/// // I_(1/2)(x) = sqrt(2 / (pi x)) sinh x
/// let x = 1.5_f64;
/// let want = ((2.0 / (std::f64::consts::PI * x)).sqrt() * x.sinh()).ln();
/// assert!((log_bessel_i(0.5, &Tensor::scalar(x)).item() - want).abs() < 1e-15);
/// ```
///
/// # Panics
/// If the order is negative or NaN.
#[must_use]
#[track_caller]
pub fn log_bessel_i<E: Scalar>(v: f64, x: &Tensor<E>) -> Tensor<E> {
    log_bessel_scaled(v, x) + x.ln() * E::of(v)
}

/// `A_v(x) = I_(v+1)(x) / I_v(x)`, element by element, for `x >= 0`: in `[0, 1)`, increasing.
///
/// With `v = p/2 - 1` it is the mean resultant length of a von Mises-Fisher distribution in p dimensions.
///
/// ```
/// use latent_losses::special::bessel_ratio;
/// use latent_tensor::Tensor;
///
/// // I_(3/2)(x) / I_(1/2)(x) = coth x - 1 / x
/// let x = 2.0_f64;
/// assert!((bessel_ratio(0.5, &Tensor::scalar(x)).item() - (1.0 / x.tanh() - 1.0 / x)).abs() < 1e-15);
/// ```
///
/// # Panics
/// If the order is negative or NaN.
#[must_use]
#[track_caller]
pub fn bessel_ratio<E: Scalar>(v: f64, x: &Tensor<E>) -> Tensor<E> {
    assert!(v >= 0.0, "bessel_ratio: the order {v} is negative");
    apply(Ratio { v }, x)
}

/// `1 - A_v(x)`, element by element, for `x >= 0`: what is left of one where the ratio itself rounds to it.
pub(crate) fn bessel_ratio_deficit<E: Scalar>(v: f64, x: &Tensor<E>) -> Tensor<E> {
    apply(Deficit { v }, x)
}

/// `x A_v(x) - g_v(x) + g_v(0)`, element by element, for `x >= 0`, with `g_v` the [`log_bessel_scaled`]: the
/// divergence of a von Mises-Fisher distribution from the uniform one, of which `x` is the concentration. Its slope
/// is `x A_v'(x)`.
pub(crate) fn bessel_divergence<E: Scalar>(v: f64, x: &Tensor<E>) -> Tensor<E> {
    apply(Divergence { v }, x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_tensor::check::gradients;
    use proptest::prelude::*;
    use std::slice::from_ref;

    /// `s < 30` and beyond.
    fn arguments() -> impl Strategy<Value = (f64, f64)> {
        (prop_oneof![0.0..3.0, 0.0..60.0], prop_oneof![0.02..2.0, 1.0..80.0])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn gradients_of_order_one_and_two((v, x) in arguments()) {
            let x = ndarray::arr0(x).into_dyn();
            prop_assert_eq!(gradients(from_ref(&x), |x| log_bessel_scaled(v, &x[0])), Ok(()));
            prop_assert_eq!(gradients(from_ref(&x), |x| bessel_ratio(v, &x[0])), Ok(()));
            // The logarithm itself is not smooth at zero.
            prop_assert_eq!(gradients(&[x + 0.3], |x| log_bessel_i(v, &x[0])), Ok(()));
        }

        #[test]
        fn ratios_follow_from_logarithms((v, x) in arguments()) {
            // A_v = I_(v+1) / I_v
            let from_logarithms = (scaled(v + 1.0, x) - scaled(v, x)).exp() * x;
            prop_assert!((ratio(v, x) / from_logarithms - 1.0).abs() < 1e-12, "{} {}", ratio(v, x), from_logarithms);
            // Q_v = A_v / x
            let q = 1.0 / (2.0 * (v + 1.0) + x * ratio(v + 1.0, x));
            prop_assert!((ratio(v, x) / x / q - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn zero_and_large_arguments() {
        assert_eq!((ratio(0.0, 0.0), ratio(2.5, 0.0), ratio(400.0, 0.0)), (0.0, 0.0, 0.0));
        assert_eq!(gradients(&[ndarray::arr0(0.05).into_dyn()], |x| bessel_ratio(1.5, &x[0])), Ok(()));
        let x = 1e8_f64;
        assert!((scaled(0.0, x) - (x - 0.5 * (2.0 * PI * x).ln())).abs() < 1e-7);
        assert!((1.0 - ratio(0.0, x)) > 0.0);
    }
}
