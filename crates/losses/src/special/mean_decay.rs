//! `y = 2 (|x| + e^-|x| - 1) / x^2 = 2 int_0^1 (1 - t) e^(-t |x|) dt`, in `(0, 1]`
//!
//! The derivative of order n is `(-sign x)^n` times the same integral with `t^n` more. Under the integral nothing
//! cancels: it is its power series near zero, and follows from the orders below elsewhere.

use super::smooth::{Smooth, apply};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

#[derive(Clone, Copy)]
struct MeanDecay;

impl Smooth for MeanDecay {
    const NAME: &'static str = "mean_decay";

    fn derivative(self, order: u32) -> impl Fn(f64) -> f64 + Sync {
        move |x| {
            let sign = if x == 0.0 { 0.0 } else { -x.signum() };
            sign.powi(order.cast_signed()) * integral(order, x.abs())
        }
    }
}

/// The series is used below this; there, its terms leave less than an ulp.
const NEAR: f64 = 2.0;
const TERMS: u32 = 32;

/// `2 int_0^1 (1 - t) t^n e^(-t x) dt`
fn integral(n: u32, x: f64) -> f64 {
    if x < NEAR {
        // int_0^1 (1 - t) t^m dt = 1 / ((m + 1) (m + 2))
        let share = |k: u32| 2.0 / (f64::from(n + k + 1) * f64::from(n + k + 2));
        let mut term = 1.0;
        return (0..TERMS)
            .map(|k| {
                let this = term * share(k);
                term *= -x / f64::from(k + 1);
                this
            })
            .sum();
    }
    // int_0^1 t^n e^(-t x) dt, by parts.
    let (decay, mut below) = ((-x).exp(), -(-x).exp_m1() / x);
    for k in 1..=n {
        below = (f64::from(k) * below - decay) / x;
    }
    let above = (f64::from(n + 1) * below - decay) / x;
    2.0 * (below - above)
}

/// `2 (|x| + e^-|x| - 1) / x^2`, element by element. Derivatives of odd order jump at zero, where they count as zero.
pub fn mean_decay<E: Scalar>(x: &Tensor<E>) -> Tensor<E> {
    apply(MeanDecay, x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn value_and_gradients(x in 0.05_f64..6.0, negative: bool) {
            let x = if negative { -x } else { x };
            let got = mean_decay(&Tensor::scalar(x)).item();
            prop_assert!((got - 2.0 * (x.abs() + (-x.abs()).exp_m1()) / (x * x)).abs() < 1e-12);
            prop_assert_eq!(gradients(&[ndarray::arr0(x).into_dyn()], |x| mean_decay(&x[0])), Ok(()));
        }
    }

    #[test]
    fn series_and_parts_meet() {
        for order in 0..=5 {
            let (below, above) = (integral(order, NEAR - 1e-15), integral(order, NEAR));
            assert!((below - above).abs() < 1e-14, "order {order}: {below} and {above}");
        }
        assert_eq!(mean_decay(&Tensor::scalar(0.0)).item(), 1.0);
    }
}
