//! `y = 1` where a comparison of `a` and `b` holds, else 0: constant masks, for [`where_`](crate::Tensor::where_).

use crate::{Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// 1 where `a > b`, else 0, with broadcasting. A constant; comparisons with NaN do not hold.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[must_use]
    #[track_caller]
    pub fn gt(&self, other: &Self) -> Self {
        self.compare("gt", other, |a, b| a > b)
    }

    /// 1 where `a >= b`, else 0; see [`gt`](Tensor::gt).
    #[must_use]
    #[track_caller]
    pub fn ge(&self, other: &Self) -> Self {
        self.compare("ge", other, |a, b| a >= b)
    }

    /// 1 where `a < b`, else 0; see [`gt`](Tensor::gt).
    #[must_use]
    #[track_caller]
    pub fn lt(&self, other: &Self) -> Self {
        self.compare("lt", other, |a, b| a < b)
    }

    /// 1 where `a <= b`, else 0; see [`gt`](Tensor::gt).
    #[must_use]
    #[track_caller]
    pub fn le(&self, other: &Self) -> Self {
        self.compare("le", other, |a, b| a <= b)
    }

    /// 1 where `a = b`, else 0; see [`gt`](Tensor::gt).
    #[must_use]
    #[track_caller]
    pub fn eq(&self, other: &Self) -> Self {
        self.compare("eq", other, |a, b| a == b)
    }

    #[track_caller]
    fn compare(&self, operator: &str, other: &Self, holds: impl Fn(E, E) -> bool + Copy + Sync) -> Self {
        let one_or_zero = |a, b| if holds(a, b) { E::one() } else { E::zero() };
        Self::constant(elementwise::zip(operator, self.array(), other.array(), one_or_zero))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, away_from, broadcasting, shapes};
    use ndarray::Zip;
    use proptest::prelude::*;
    use std::slice::from_ref;

    type Comparison = fn(&Tensor<f64>, &Tensor<f64>) -> Tensor<f64>;
    const COMPARISONS: [(Comparison, fn(&f64, &f64) -> bool); 5] = [
        (Tensor::gt, f64::gt),
        (Tensor::ge, f64::ge),
        (Tensor::lt, f64::lt),
        (Tensor::le, f64::le),
        (Tensor::eq, f64::eq),
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn values(seed: u64, (a, b) in broadcasting(3), nan: bool) {
            let shape = crate::shape::broadcast("test", &a, &b);
            // Few values, so that many are equal.
            let round = |x: f64| if nan && x > 1.0 { f64::NAN } else { x.round() };
            let (a, b) = (array(seed, &a, -2.0, 2.0).mapv(round), array(seed / 3, &b, -2.0, 2.0).mapv(round));
            for (tensors, numbers) in COMPARISONS {
                let got = tensors(&Tensor::variable(a.clone()), &Tensor::constant(b.clone()));
                let wide = (a.broadcast(&shape[..]).unwrap(), b.broadcast(&shape[..]).unwrap());
                let want = Zip::from(wide.0).and(wide.1).map_collect(|a, b| f64::from(u8::from(numbers(a, b))));
                prop_assert_eq!(got.to_array(), want);
                prop_assert!(!got.is_tracked());
            }
        }

        #[test]
        fn masks_have_no_gradient(seed: u64, shape in shapes(2, 0)) {
            let a = away_from(array(seed, &shape, -2.0, 2.0), &[0.3]);
            let bound = Tensor::scalar(0.3);
            for (compare, _) in COMPARISONS {
                prop_assert_eq!(gradients(from_ref(&a), |x| &x[0] * &x[0] * compare(&x[0], &bound)), Ok(()));
            }
        }
    }

    #[test]
    #[should_panic(expected = "le: the shapes [2] and [3] do not broadcast")]
    fn shapes_that_do_not_fit() {
        let _ = Tensor::<f32>::zeros(&[2]).le(&Tensor::zeros(&[3]));
    }
}
