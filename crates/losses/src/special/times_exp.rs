//! `y = x e^s`, where zero wins against infinity; `dy/dx = e^s`, `dy/ds = y`
//!
//! Densities scale differences by the exponential of a learned number, and that overflows where the distribution is
//! narrow. A difference of zero stays zero then, in the value and in all derivatives: each rule is written in the same
//! two operators.

use latent_numeric::{Scalar, math, parallel};
use latent_tensor::{Arguments, Operator, Tensor};
use ndarray::{ArrayD, ArrayViewD, Zip};

/// Elements that one thread treats at a time. Each depends on itself alone, so the bits are the same.
const BLOCK: usize = 1 << 15;

struct TimesExp;

impl<E: Scalar> Operator<E> for TimesExp {
    fn name(&self) -> &'static str {
        "times_exp"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![
            arguments.needed(0).then(|| times_exp(cotangent, arguments.input(1))),
            arguments.needed(1).then(|| product(cotangent, arguments.output())),
        ]
    }
}

/// `x e^s`, element by element, `s` broadcast to the shape of `x`; zero where `x` is zero, whatever `s` is.
///
/// The two factors `e^(s/2)` are multiplied one after the other, so that the result overflows or vanishes only if it is
/// outside of the floating point type itself.
pub fn times_exp<E: Scalar>(x: &Tensor<E>, s: &Tensor<E>) -> Tensor<E> {
    let s = if s.shape() == x.shape() { s.clone() } else { s.broadcast_to(x.shape()) };
    let half = E::of(0.5);
    let mut value = s.array().mapv(|s| s * half);
    math::exp(value.as_slice_memory_order_mut().expect("a fresh array"));
    scale_twice(&mut value, x.array().view());
    Tensor::from_operator(TimesExp, vec![x.clone(), s], value)
}

/// `x y^2`, where zero wins, in the place of `y`. In parallel if both lie in memory in the same order.
fn scale_twice<E: Scalar>(y: &mut ArrayD<E>, x: ArrayViewD<E>) {
    let scale = |y: &mut E, &x: &E| *y = if x == E::zero() { E::zero() } else { (x * *y) * *y };
    let alike = y.strides() == x.strides();
    let (Some(x), true) = (x.as_slice_memory_order(), alike) else {
        return Zip::from(y).and(x).for_each(scale);
    };
    let y = y.as_slice_memory_order_mut().expect("as the other");
    parallel::each(y.chunks_mut(BLOCK).zip(x.chunks(BLOCK)), |_, (y, x)| {
        y.iter_mut().zip(x).for_each(|(y, x)| scale(y, x));
    });
}

struct Product;

impl<E: Scalar> Operator<E> for Product {
    fn name(&self) -> &'static str {
        "product"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let factor = |other: usize| product(cotangent, arguments.input(other));
        vec![arguments.needed(0).then(|| factor(1)), arguments.needed(1).then(|| factor(0))]
    }
}

/// `a b`, element by element, for equal shapes; zero where one of them is zero, whatever the other is.
pub fn product<E: Scalar>(a: &Tensor<E>, b: &Tensor<E>) -> Tensor<E> {
    let value = multiplied(a.array().view(), b.array().view());
    Tensor::from_operator(Product, vec![a.clone(), b.clone()], value)
}

/// In parallel if both factors lie in memory in the order of their indices.
fn multiplied<E: Scalar>(a: ArrayViewD<E>, b: ArrayViewD<E>) -> ArrayD<E> {
    let multiply = |&a: &E, &b: &E| if a == E::zero() || b == E::zero() { E::zero() } else { a * b };
    let (Some(left), Some(right)) = (a.as_slice(), b.as_slice()) else {
        return Zip::from(a).and(b).map_collect(multiply);
    };
    let mut value = ArrayD::zeros(a.raw_dim());
    let to = value.as_slice_mut().expect("standard layout");
    let blocks = to.chunks_mut(BLOCK).zip(left.chunks(BLOCK).zip(right.chunks(BLOCK)));
    parallel::each(blocks, |_, (to, (a, b))| {
        to.iter_mut().zip(a.iter().zip(b)).for_each(|(to, (a, b))| *to = multiply(a, b));
    });
    value
}

/// `a^2`, as [`product`] has it.
pub fn square<E: Scalar>(a: &Tensor<E>) -> Tensor<E> {
    product(a, a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{array, orders};
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn values_and_gradients(seed: u64) {
            let (x, s) = (array(seed, &[3, 4], -2.0, 2.0), array(seed / 2, &[4], -3.0, 3.0));
            let got = times_exp(&Tensor::constant(x.clone()), &Tensor::constant(s.clone())).to_array();
            let want = &x * &s.mapv(f64::exp);
            let ulps = |(got, want): (&f64, &f64)| (got - want).abs() / (f64::EPSILON * want.abs());
            prop_assert!(got.iter().zip(&want).map(ulps).all(|ulps| ulps <= 4.0));
            prop_assert_eq!(gradients(&[x.clone(), s], |x| times_exp(&x[0], &x[1])), Ok(()));
            prop_assert_eq!(gradients(&[x.clone(), &x + 1.0], |x| product(&x[0], &x[1])), Ok(()));
            prop_assert_eq!(gradients(&[x], |x| square(&x[0])), Ok(()));
        }
    }

    #[test]
    fn the_result_alone_overflows() {
        let of = |x: f32, s: f32| times_exp(&Tensor::scalar(x), &Tensor::scalar(s)).item();
        assert!((f64::from(of(1e-30, 138.0)) / (1e-30_f64 * 138.0_f64.exp()) - 1.0).abs() < 1e-5);
        assert!((f64::from(of(1e30, -138.0)) / (1e30_f64 * (-138.0_f64).exp()) - 1.0).abs() < 1e-5);
        assert_eq!((of(1.0, 200.0), of(-1.0, 200.0), of(1.0, -400.0)), (f32::INFINITY, f32::NEG_INFINITY, 0.0));
        assert!(of(f32::NAN, 0.0).is_nan() && of(1.0, f32::NAN).is_nan());
    }

    #[test]
    fn zero_wins_in_every_order() {
        for s in [200.0, f32::INFINITY, f32::MAX] {
            let s = Tensor::variable(ndarray::arr0(s));
            let [value, first, second] = orders(&s, |s| square(&times_exp(&Tensor::scalar(0.0), s)));
            assert_eq!((value, first, second), (0.0, 0.0, 0.0));
        }
        let infinite = Tensor::scalar(f32::INFINITY);
        assert_eq!(product(&infinite, &Tensor::scalar(0.0)).item(), 0.0);
        assert_eq!(product(&infinite, &Tensor::scalar(-2.0)).item(), f32::NEG_INFINITY);
    }
}
