//! `y = e^x - 1 - x >= 0`; `dy/dx = e^x - 1`

use super::smooth::{Smooth, apply};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

#[derive(Clone, Copy)]
struct ExpExcess;

impl Smooth for ExpExcess {
    const NAME: &'static str = "exp_excess";

    fn derivative(self, order: u32) -> impl Fn(f64) -> f64 + Sync {
        move |x| match order {
            0 if x.abs() < 0.5 => (3..=16).rev().fold(1.0, |tail, n| 1.0 + tail * x / f64::from(n)) * (x * x / 2.0),
            0 => x.exp_m1() - x,
            1 => x.exp_m1(),
            _ => x.exp(),
        }
    }
}

/// `e^x - 1 - x`, element by element, without cancellation near zero, and never negative.
pub fn exp_excess<E: Scalar>(x: &Tensor<E>) -> Tensor<E> {
    apply(ExpExcess, x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn value_and_gradients(x in -3.0_f64..3.0) {
            let got = exp_excess(&Tensor::scalar(x)).item();
            prop_assert!((got - (x.exp() - 1.0 - x)).abs() < 1e-14);
            prop_assert!(got > 0.0 || x == 0.0);
            prop_assert_eq!(gradients(&[ndarray::arr0(x).into_dyn()], |x| exp_excess(&x[0])), Ok(()));
        }
    }

    #[test]
    fn near_zero_nothing_cancels() {
        assert!((exp_excess(&Tensor::scalar(1e-9_f64)).item() / 5e-19 - 1.0).abs() < 1e-9);
        assert_eq!(exp_excess(&Tensor::scalar(0.0_f32)).item(), 0.0);
    }
}
