//! `y = x e^s`, where zero wins against infinity; `dy/dx = e^s`, `dy/ds = y`
//!
//! Densities scale differences by the exponential of a learned number, and that overflows where the distribution is
//! narrow. A difference of zero stays zero then, in the value and in all derivatives: each rule is written in the same
//! two operators.

use latent_numeric::{Scalar, math};
use latent_tensor::{Arguments, Operator, Tensor};
use ndarray::Zip;

/// Fewer elements are computed on the calling thread. Each depends on itself alone, so the bits are the same.
const PARALLEL_FROM: usize = 1 << 15;

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
    let scale = |y: &mut E, &x: &E| *y = if x == E::zero() { E::zero() } else { (x * *y) * *y };
    let pairs = Zip::from(&mut value).and(x.array());
    if x.len() < PARALLEL_FROM {
        pairs.for_each(scale);
    } else {
        pairs.par_for_each(scale);
    }
    Tensor::from_operator(TimesExp, vec![x.clone(), s], value)
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
    let multiply = |&a: &E, &b: &E| if a == E::zero() || b == E::zero() { E::zero() } else { a * b };
    let pairs = Zip::from(a.array()).and(b.array());
    let value = if a.len() < PARALLEL_FROM { pairs.map_collect(multiply) } else { pairs.par_map_collect(multiply) };
    Tensor::from_operator(Product, vec![a.clone(), b.clone()], value)
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
