//! `y = |x| + e^-|x| - 1 >= 0`; `dy/dx = sign(x) (1 - e^-|x|)`, `d2y/dx2 = e^-|x|`

use super::smooth::{Smooth, apply};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

#[derive(Clone, Copy)]
struct AbsExcess;

impl Smooth for AbsExcess {
    const NAME: &'static str = "abs_excess";

    fn derivative(order: u32) -> impl Fn(f64) -> f64 + Sync {
        move |x| at(order, x)
    }
}

fn at(order: u32, x: f64) -> f64 {
    let t = x.abs();
    let sign = if x == 0.0 { 0.0 } else { x.signum() };
    match order {
        0 if t < 0.5 => (3..=16).rev().fold(1.0, |tail, n| 1.0 - tail * t / f64::from(n)) * (t * t / 2.0),
        0 => t + (-t).exp_m1(),
        1 => -sign * (-t).exp_m1(),
        _ if order.is_multiple_of(2) => (-t).exp(),
        _ => -sign * (-t).exp(),
    }
}

/// `|x| + e^-|x| - 1`, element by element: twice differentiable at zero, where the derivative of third order jumps and
/// counts as zero.
pub fn abs_excess<E: Scalar>(x: &Tensor<E>) -> Tensor<E> {
    apply(AbsExcess, x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_tensor::check::gradients;
    use latent_tensor::{GradOptions, grad};
    use proptest::prelude::*;
    use std::slice::from_ref;

    proptest! {
        #[test]
        fn value_and_gradients(x in 0.05_f64..3.0, negative: bool) {
            let x = if negative { -x } else { x };
            let got = abs_excess(&Tensor::scalar(x)).item();
            prop_assert!((got - (x.abs() + (-x.abs()).exp() - 1.0)).abs() < 1e-15);
            prop_assert_eq!(gradients(&[ndarray::arr0(x).into_dyn()], |x| abs_excess(&x[0])), Ok(()));
        }
    }

    #[test]
    fn the_curvature_at_zero_is_one() {
        let x = Tensor::variable(ndarray::arr0(0.0_f64));
        let first = grad(&[abs_excess(&x)], from_ref(&x), GradOptions::create_graph()).remove(0);
        let second = grad(from_ref(&first), &[x], GradOptions::default()).remove(0);
        assert_eq!((first.item(), second.item()), (0.0, 1.0));
    }
}
