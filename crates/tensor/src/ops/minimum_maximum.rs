//! `y = max(a, b)` or `min(a, b)`; the cotangent goes to the one that was taken, half to each if they are equal.

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};

/// The larger, or the smaller.
struct Extremum<const LARGER: bool>;

impl<const LARGER: bool> Extremum<LARGER> {
    const NAME: &str = if LARGER { "maximum" } else { "minimum" };

    fn pick<E: Scalar>(a: E, b: E) -> E {
        let first = if LARGER { a >= b } else { a <= b };
        if first || a.is_nan() { a } else { b }
    }

    /// The share of the cotangent that `a` gets.
    fn share<E: Scalar>(a: E, b: E) -> E {
        let first = if LARGER { a > b } else { a < b };
        if first {
            E::one()
        } else if a == b {
            E::of(0.5)
        } else {
            E::zero()
        }
    }

    #[track_caller]
    fn of<E: Scalar>(a: &Tensor<E>, b: &Tensor<E>) -> Tensor<E> {
        let value = elementwise::zip(Self::NAME, a.array(), b.array(), Self::pick);
        Tensor::from_operator(Self, vec![a.clone(), b.clone()], value)
    }
}

impl<E: Scalar, const LARGER: bool> Operator<E> for Extremum<LARGER> {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let part = |i: usize| {
            let (own, other) = (arguments.input(i), arguments.input(1 - i));
            let share = Tensor::constant(elementwise::zip(Self::NAME, own.array(), other.array(), Self::share));
            (cotangent * share).sum_to(own.shape())
        };
        vec![arguments.needed(0).then(|| part(0)), arguments.needed(1).then(|| part(1))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The larger of `a` and `b`, element by element, with broadcasting.
    ///
    /// Where they are equal each gets half of the cotangent. NaN on either side gives NaN, and no gradient.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[must_use]
    #[track_caller]
    pub fn maximum(&self, other: &Self) -> Self {
        Extremum::<true>::of(self, other)
    }

    /// The smaller of `a` and `b`, element by element; otherwise as [`maximum`](Tensor::maximum).
    #[must_use]
    #[track_caller]
    pub fn minimum(&self, other: &Self) -> Self {
        Extremum::<false>::of(self, other)
    }
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
            // No two are closer than 1/4.
            let a = array(seed, &a, -2.0, 2.0).mapv(|x| (2.0 * x).round() / 2.0);
            let b = array(seed / 3, &b, -2.0, 2.0).mapv(|x| (2.0 * x).round() / 2.0 + 0.25);
            let (x, y) = (Tensor::constant(a.clone()), Tensor::constant(b.clone()));
            let wide = (a.broadcast(&shape[..]).unwrap(), b.broadcast(&shape[..]).unwrap());
            let want = |f: fn(f64, f64) -> f64| Zip::from(&wide.0).and(&wide.1).map_collect(|&a, &b| f(a, b));
            prop_assert_eq!(x.maximum(&y).to_array(), want(f64::max));
            prop_assert_eq!(x.minimum(&y).to_array(), want(f64::min));
            prop_assert_eq!(gradients(&[a.clone(), b.clone()], |x| x[0].maximum(&x[1])), Ok(()));
            prop_assert_eq!(gradients(&[a, b], |x| { let y = x[0].minimum(&x[1]); &y * &y }), Ok(()));
        }
    }

    #[test]
    fn ties_and_nan() {
        let a = Tensor::variable(array![1.0, 2.0, f64::NAN, 0.0]);
        let b = Tensor::variable(array![1.0, 3.0, 0.0, f64::NAN]);
        let slopes = |y: Tensor<f64>| {
            let slopes = grad(&[y], &[a.clone(), b.clone()], GradOptions::default());
            [slopes[0].to_array(), slopes[1].to_array()]
        };
        let [by_a, by_b] = slopes(a.maximum(&b));
        assert_eq!((by_a, by_b), (array![0.5, 0.0, 0.0, 0.0].into_dyn(), array![0.5, 1.0, 0.0, 0.0].into_dyn()));
        let [by_a, by_b] = slopes(a.minimum(&b));
        assert_eq!((by_a, by_b), (array![0.5, 1.0, 0.0, 0.0].into_dyn(), array![0.5, 0.0, 0.0, 0.0].into_dyn()));
        assert!(a.maximum(&b).array().iter().skip(2).all(|y| y.is_nan()));
        assert!(a.minimum(&b).array().iter().skip(2).all(|y| y.is_nan()));
    }

    #[test]
    #[should_panic(expected = "maximum: the shapes [2] and [3] do not broadcast")]
    fn shapes_that_do_not_fit() {
        let _ = Tensor::<f32>::zeros(&[2]).maximum(&Tensor::zeros(&[3]));
    }
}
