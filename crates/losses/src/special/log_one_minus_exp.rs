//! `y = ln(1 - e^-d)` as a function of `t = ln d`; `dy/dt = B(d) = d / (e^d - 1)`
//!
//! For `d < 1` it is the series `t - d / 2 + sum_k B_2k d^(2k) / (2k (2k)!)` with Bernoulli's numbers, which
//! converges for `d < 2 pi`, and each power of `d` is multiplied by its exponent when it is differentiated with
//! respect to `t`. Elsewhere the derivatives are polynomials in `B` and `d`: `dB/dt = B (1 - d - B)`, `dd/dt = d`.

use super::smooth::{Smooth, apply};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use std::f64::consts::PI;
use std::sync::LazyLock;

#[derive(Clone, Copy)]
struct LogOneMinusExp;

/// The series is used below this; there, its terms leave less than an ulp.
const NEAR: f64 = 1.0;
const TERMS: usize = 16;

/// `B_2k / (2k (2k)!)` for `k = 1, 2, ...`; `B_2k = (-1)^(k+1) 2 (2k)! zeta(2k) / (2 pi)^(2k)`.
static SERIES: LazyLock<[f64; TERMS]> = LazyLock::new(|| {
    std::array::from_fn(|i| {
        let power = 2.0 * (i + 1) as f64;
        let zeta = match i {
            0 => PI.powi(2) / 6.0,
            1 => PI.powi(4) / 90.0,
            2 => PI.powi(6) / 945.0,
            _ => (1..200).rev().map(|n| f64::from(n).powf(-power)).sum(),
        };
        let sign = if i % 2 == 0 { 2.0 } else { -2.0 };
        sign * zeta / (power * (2.0 * PI).powf(power))
    })
});

impl Smooth for LogOneMinusExp {
    const NAME: &'static str = "log_one_minus_exp";

    fn derivative(self, order: u32) -> impl Fn(f64) -> f64 + Sync {
        let polynomial = far_polynomial(order);
        move |t| {
            let d = t.exp();
            if d < NEAR { near(order, t, d) } else { far(&polynomial, order, d) }
        }
    }
}

fn near(order: u32, t: f64, d: f64) -> f64 {
    let power = |exponent: f64| exponent.powi(order.cast_signed());
    let tail =
        SERIES.iter().enumerate().rev().fold(0.0, |sum, (i, &c)| (sum + c * power(2.0 * (i + 1) as f64)) * d * d);
    let first = match order {
        0 => t,
        1 => 1.0,
        _ => 0.0,
    };
    first - d / 2.0 + tail
}

/// A term `c B^i d^j`, as `(c, i, j)`.
type Term = (f64, i32, i32);

/// The derivative of this order, from one on, as a polynomial.
fn far_polynomial(order: u32) -> Vec<Term> {
    let mut terms = vec![(1.0, 1, 0)];
    for _ in 1..order {
        // B^i d^j becomes i B^i d^j (1 - d - B) + j B^i d^j.
        let next = terms.iter().flat_map(|&(c, i, j)| {
            let (power, sum) = (f64::from(i), f64::from(i + j));
            [(c * sum, i, j), (-c * power, i, j + 1), (-c * power, i + 1, j)]
        });
        terms = next.collect();
    }
    terms
}

fn far(polynomial: &[Term], order: u32, d: f64) -> f64 {
    if order == 0 {
        return (-(-d).exp()).ln_1p();
    }
    let b = d * (-d).exp() / -(-d).exp_m1();
    // All derivatives vanish there, and powers of d do not.
    if b == 0.0 || d.is_infinite() {
        return 0.0;
    }
    polynomial.iter().map(|&(c, i, j)| c * b.powi(i) * d.powi(j)).sum()
}

/// `ln(1 - e^-d)` with `d = e^t`, element by element: the logarithm of the share of an exponential distribution that
/// lies below `d` times its mean. It is `t` for small `d`, and zero for large ones; neither overflows.
pub fn log_one_minus_exp<E: Scalar>(t: &Tensor<E>) -> Tensor<E> {
    apply(LogOneMinusExp, t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::is_finite;
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn value_and_gradients(t in -6.0_f64..3.0) {
            let got = log_one_minus_exp(&Tensor::scalar(t)).item();
            prop_assert!((got - (-(-t.exp()).exp_m1()).ln()).abs() < 1e-14 * (1.0 + t.abs()));
            prop_assert_eq!(gradients(&[ndarray::arr0(t).into_dyn()], |t| log_one_minus_exp(&t[0])), Ok(()));
        }
    }

    #[test]
    fn series_and_closed_form_meet() {
        for order in 0..=6 {
            let (below, above) = (near(order, 0.0, NEAR), far(&far_polynomial(order), order, NEAR));
            assert!((below - above).abs() < 1e-12 * (1.0 + above.abs()), "order {order}: {below} and {above}");
        }
    }

    #[test]
    fn nothing_overflows() {
        assert!(is_finite(&[-1e30, -200.0, 0.0, 89.0, 200.0, 1e30], log_one_minus_exp));
        assert_eq!(log_one_minus_exp(&Tensor::scalar(100.0_f32)).item(), 0.0);
        assert_eq!(log_one_minus_exp(&Tensor::scalar(-100.0_f32)).item(), -100.0);
    }
}
