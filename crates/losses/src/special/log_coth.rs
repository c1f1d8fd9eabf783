//! `y = ln(x coth(x / 2))`, an even function with the value `ln 2` at zero; `dy/dx = 1 / x - 1 / sinh x`
//!
//! Near zero it is its series `ln 2 + sum_n (-1)^(n+1) eta(2n) / n (x / pi)^(2n)`, with Dirichlet's
//! `eta(s) = sum_k (-1)^(k+1) k^-s`, which converges for `|x| < pi`; elsewhere the derivatives come from those of
//! `1 / x` and of `1 / sinh x`, which is `1 / sinh x` times a polynomial in `coth x`.

use super::smooth::{Smooth, apply};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use std::f64::consts::{LN_2, PI};
use std::sync::LazyLock;

#[derive(Clone, Copy)]
struct LogXCothHalfX;

/// The series is used below this; there, 24 terms leave less than an ulp.
const NEAR: f64 = 1.0;
const TERMS: usize = 24;

/// Coefficients of `x^0, x^2, x^4, ...`.
static SERIES: LazyLock<[f64; TERMS]> = LazyLock::new(|| {
    std::array::from_fn(|n| match n {
        0 => LN_2,
        _ => {
            let power = 2.0 * n as f64;
            let eta = match n {
                1 => PI.powi(2) / 12.0,
                2 => 7.0 * PI.powi(4) / 720.0,
                _ => (1..500).rev().map(|k| f64::from(1 - 2 * ((k + 1) % 2)) * f64::from(k).powf(-power)).sum(),
            };
            (if n % 2 == 1 { eta } else { -eta }) / (n as f64 * PI.powf(power))
        }
    })
});

impl Smooth for LogXCothHalfX {
    const NAME: &'static str = "log_x_coth_half_x";

    fn derivative(self, order: u32) -> impl Fn(f64) -> f64 + Sync {
        let series = differentiated_series(order);
        let cosecant = cosecant_polynomial(order.saturating_sub(1));
        move |x| if x.abs() < NEAR { near(&series, order, x) } else { far(&cosecant, order, x) }
    }
}

/// The coefficients of the series, differentiated term by term.
fn differentiated_series(order: u32) -> Vec<f64> {
    let order = order as usize;
    let falling = |n: usize| (0..order).map(|k| (2 * n - k) as f64).product::<f64>();
    (order.div_ceil(2)..TERMS).map(|n| SERIES[n] * falling(n)).collect()
}

fn near(series: &[f64], order: u32, x: f64) -> f64 {
    let sum = series.iter().rev().fold(0.0, |sum, &c| sum * x * x + c);
    if order.is_multiple_of(2) { sum } else { sum * x }
}

fn far(cosecant_polynomial: &[f64], order: u32, x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if order == 0 {
        // ln coth(t / 2) = ln(1 + e^-t) - ln(1 - e^-t)
        return x.abs().ln() + e.ln_1p() - (-e).ln_1p();
    }
    // 1 / x and 1 / sinh x, differentiated `order - 1` times.
    let inverse = (1..order).fold(1.0 / x, |power, k| -power * f64::from(k) / x);
    let cosecant = x.signum() * 2.0 * e / (1.0 - e * e);
    let cotangent = x.signum() * (1.0 + e * e) / (1.0 - e * e);
    inverse - cosecant * cosecant_polynomial.iter().rev().fold(0.0, |value, &c| value * cotangent + c)
}

/// The coefficients of `P_k` with `d^k/dx^k (1 / sinh x) = P_k(coth x) / sinh x`: `P_(k+1) = -y P_k + (1 - y^2) P_k'`.
fn cosecant_polynomial(k: u32) -> Vec<f64> {
    let mut p = vec![1.0];
    for _ in 0..k {
        let mut next = vec![0.0; p.len() + 1];
        for (i, &c) in p.iter().enumerate() {
            next[i + 1] -= c * (1.0 + i as f64);
            if i > 0 {
                next[i - 1] += c * i as f64;
            }
        }
        p = next;
    }
    p
}

/// `ln(x coth(x / 2))`, element by element: the log normaliser of the continuous Bernoulli distribution of logit `x`.
///
/// Even, smooth at zero, `ln |x|` far from it. Derivatives of every order are exact; the series that is used for
/// `|x| < 1` leaves less than 1e-12 of those of order up to six.
///
/// ```
/// use latent_losses::special::log_x_coth_half_x;
/// use latent_tensor::Tensor;
///
/// assert_eq!(log_x_coth_half_x(&Tensor::scalar(0.0_f64)).item(), 2.0_f64.ln());
/// ```
#[must_use]
pub fn log_x_coth_half_x<E: Scalar>(x: &Tensor<E>) -> Tensor<E> {
    apply(LogXCothHalfX, x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::is_finite;
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn value_and_gradients(x in -8.0_f64..8.0) {
            let got = log_x_coth_half_x(&Tensor::scalar(x)).item();
            if x.abs() > 1e-3 {
                prop_assert!((got - (x / (x / 2.0).tanh()).ln()).abs() < 1e-13);
            }
            prop_assert_eq!(gradients(&[ndarray::arr0(x).into_dyn()], |x| log_x_coth_half_x(&x[0])), Ok(()));
        }
    }

    #[test]
    fn series_and_closed_form_meet() {
        for order in 0..=6 {
            let below = near(&differentiated_series(order), order, NEAR);
            let above = far(&cosecant_polynomial(order.saturating_sub(1)), order, NEAR);
            assert!((below - above).abs() < 1e-12 * (1.0 + above.abs()), "order {order}: {below} and {above}");
        }
    }

    #[test]
    fn nothing_overflows() {
        assert!(is_finite(&[0.0, 1e-30, 1e4, -1e4, 1e30], log_x_coth_half_x));
    }
}
