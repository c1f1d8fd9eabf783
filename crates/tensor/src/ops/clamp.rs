//! `y = min(max(x, low), high)`; `dy/dx = 1` in `(low, high)`, else 0

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};

struct Clamp<E> {
    low: E,
    high: E,
}

impl<E: Scalar> Operator<E> for Clamp<E> {
    fn name(&self) -> &'static str {
        "clamp"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (x, low, high) = (arguments.input(0), self.low, self.high);
        vec![Some(cotangent.piecewise(x, move |c, x| if x <= low || x >= high { E::zero() } else { c }))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Every element brought into `[low, high]`; either bound may be infinite.
    ///
    /// The slope at the bounds themselves is zero; NaN stays NaN.
    ///
    /// # Panics
    /// If `low <= high` does not hold.
    #[must_use]
    #[track_caller]
    pub fn clamp(&self, low: E, high: E) -> Self {
        assert!(low <= high, "clamp: the bounds {low} and {high} are not in order");
        let bring = |x| {
            if x < low {
                low
            } else if x > high {
                high
            } else {
                x
            }
        };
        Self::from_operator(Clamp { low, high }, vec![self.clone()], elementwise::map(self.array(), bring))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, away_from, distance, shapes, slopes};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0)) {
            let a = away_from(array(seed, &shape, -2.0, 2.0), &[-0.5, 1.0]);
            let want = a.mapv(|x: f64| x.clamp(-0.5, 1.0));
            prop_assert!(distance(&Tensor::constant(a.clone()).clamp(-0.5, 1.0).to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].clamp(-0.5, 1.0)), Ok(()));
        }
    }

    #[test]
    fn the_kinks_and_nan() {
        assert_eq!(slopes(&[-0.5, 1.0, 1.5, 0.0], |x| x.clamp(-0.5, 1.0)), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(slopes(&[-9.0, 9.0], |x| x.clamp(0.0, f64::INFINITY)), [0.0, 1.0]);
        assert!(Tensor::scalar(f64::NAN).clamp(0.0, 1.0).item().is_nan());
    }

    #[test]
    #[should_panic(expected = "clamp: the bounds 1 and 0 are not in order")]
    fn bounds_out_of_order() {
        let _ = Tensor::scalar(0.5).clamp(1.0, 0.0);
    }
}
