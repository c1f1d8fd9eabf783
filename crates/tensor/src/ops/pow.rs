//! `y = a^b`; `dy/da = b a^(b - 1)`, `dy/db = y ln a`

use crate::{Arguments, Operator, Tensor, elementwise, is_recording};
use latent_numeric::{Scalar, compiled_here};

struct Pow;

impl<E: Scalar> Operator<E> for Pow {
    fn name(&self) -> &'static str {
        "pow"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (a, b) = (arguments.input(0), arguments.input(1));
        let (zero, one) = (Tensor::scalar(E::zero()), Tensor::scalar(E::one()));
        // Where the true slope is zero, no factor of it may be infinite or NaN: 0 inf is NaN. That is 0 a^-1 at b = 0
        // if a is 0 or NaN, and a^b ln a at a = 0.
        let a_is_zero = || a.eq(&zero);
        let slope_a = || {
            if !is_recording() {
                return Tensor::constant(elementwise::zip("pow", a.array(), b.array(), slope_by_base));
            }
            let zero_or_nan = |a: E| if a == E::zero() || a.is_nan() { E::one() } else { E::zero() };
            let base = Tensor::constant(elementwise::map(a.array(), zero_or_nan));
            let base = (base * b.eq(&zero)).where_(&one, a);
            b * base.pow(&(b - &one))
        };
        let slope_b = || a_is_zero().where_(&one, arguments.output()) * a_is_zero().where_(&one, a).ln();
        vec![
            arguments.needed(0).then(|| (cotangent * slope_a()).sum_to(a.shape())),
            arguments.needed(1).then(|| (cotangent * slope_b()).sum_to(b.shape())),
        ]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// `a^b`, element by element, with broadcasting. For a constant exponent [`powf`](Tensor::powf) is faster.
    ///
    /// `a^0` is 1 everywhere, and its gradient by `a` zero. Negative `a` have powers with whole `b` only, and no
    /// derivative by `b`: NaN. At `a = 0` the gradient by `b` is zero, which is exact for `b > 0`.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[must_use]
    #[track_caller]
    pub fn pow(&self, exponent: &Self) -> Self {
        let value = elementwise::zip("pow", self.array(), exponent.array(), E::pow_kernel);
        Self::from_operator(Pow, vec![self.clone(), exponent.clone()], value)
    }
}

#[inline(always)]
fn slope_by_base<E: Scalar>(a: E, b: E) -> E {
    let slope = b * E::pow_kernel(a, b - E::one());
    if b == E::zero() { b } else { slope }
}

#[cfg(test)]
mod tests {
    use crate::check::gradients;
    use crate::ops::testing::{array, broadcasting};
    use crate::{GradOptions, Tensor, grad};
    use ndarray::{Zip, array};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, (a, b) in broadcasting(3)) {
            let shape = crate::shape::broadcast("test", &a, &b);
            let (a, b) = (array(seed, &a, 0.7, 2.0), array(seed / 3, &b, -2.0, 2.0));
            let value = Tensor::constant(a.clone()).pow(&Tensor::constant(b.clone()));
            let wide = (a.broadcast(&shape[..]).unwrap(), b.broadcast(&shape[..]).unwrap());
            prop_assert_eq!(value.to_array(), Zip::from(wide.0).and(wide.1).map_collect(|a, b| a.powf(*b)));
            prop_assert_eq!(gradients(&[a, b], |x| x[0].pow(&x[1])), Ok(()));
        }
    }

    fn slopes_at(a: f64, b: f64) -> (f64, f64) {
        let (a, b) = (Tensor::variable(array![a]), Tensor::variable(array![b]));
        let slopes = grad(&[a.pow(&b)], &[a, b], GradOptions::default());
        (slopes[0].item(), slopes[1].item())
    }

    #[test]
    fn zeros_and_negative_bases() {
        assert_eq!(slopes_at(0.0, 0.0), (0.0, 0.0));
        assert_eq!(slopes_at(0.0, 2.0), (0.0, 0.0));
        assert_eq!(slopes_at(0.0, 1.0), (1.0, 0.0));
        assert_eq!(slopes_at(0.0, -1.0), (f64::NEG_INFINITY, 0.0));
        assert_eq!(slopes_at(0.0, -0.5), (f64::NEG_INFINITY, 0.0));
        assert_eq!(slopes_at(f64::NAN, 0.0).0, 0.0);
        let (by_base, by_exponent) = slopes_at(-2.0, 3.0);
        assert!(by_base == 12.0 && by_exponent.is_nan());
        // The mixed derivative at b = 0 is 1 / a.
        assert_eq!(gradients(&[array![2.0].into_dyn(), array![0.0].into_dyn()], |x| x[0].pow(&x[1])), Ok(()));
    }

    #[test]
    #[should_panic(expected = "pow: the shapes [2] and [3] do not broadcast")]
    fn shapes_that_do_not_fit() {
        let _ = Tensor::<f32>::ones(&[2]).pow(&Tensor::ones(&[3]));
    }
}
