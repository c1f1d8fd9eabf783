//! `y = sign(x) max(|x| - t, 0)`, the proximal operator of `t |x|`; `dy/dx = 1` and `dy/dt = -sign x` where `|x| > t`,
//! else 0
//!
//! D. L. Donoho, *De-noising by soft-thresholding*, IEEE Transactions on Information Theory 41 (1995), 613-627.

use super::sign::sign;
use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};

struct SoftThreshold;

impl<E: Scalar> Operator<E> for SoftThreshold {
    fn name(&self) -> &'static str {
        "soft_threshold"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (x, threshold) = (arguments.input(0).shape(), arguments.input(1).shape());
        // The output is not zero just where |x| > t, and has the sign of x there.
        let y = arguments.output();
        let by_x = |c: E, y: E| if y == E::zero() { E::zero() } else { c };
        vec![
            arguments.needed(0).then(|| cotangent.piecewise(y, by_x).sum_to(x)),
            arguments.needed(1).then(|| cotangent.piecewise(y, |c, y| -(c * sign(y))).sum_to(threshold)),
        ]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// `sign(x) max(|x| - t, 0)`, element by element, with a constant threshold `t >= 0`.
    ///
    /// The slope at `|x| = t` is zero; NaN stays NaN.
    ///
    /// # Panics
    /// If the threshold is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn soft_threshold(&self, threshold: E) -> Self {
        assert!(threshold >= E::zero(), "soft_threshold: the threshold is {threshold}, not zero or more");
        self.soft_threshold_with(&Self::scalar(threshold))
    }

    /// The same with a tensor of thresholds, such as one an atom, with broadcasting and a gradient of its own.
    ///
    /// Thresholds must not be negative; this is not checked, and a negative one moves `x` away from zero.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[must_use]
    #[track_caller]
    pub fn soft_threshold_with(&self, threshold: &Self) -> Self {
        let shrink = |x: E, t: E| {
            let rest = x.abs() - t;
            if rest <= E::zero() { E::zero() } else { sign(x) * rest }
        };
        let value = elementwise::zip("soft_threshold", self.array(), threshold.array(), shrink);
        Self::from_operator(SoftThreshold, vec![self.clone(), threshold.clone()], value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, broadcasting, elements, slopes};
    use ndarray::Zip;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn value_and_gradients(seed: u64, (x, t) in broadcasting(3)) {
            let shape = crate::shape::broadcast("test", &x, &t);
            // Thresholds are between 0.4 and 0.6, and no |x| between 0.3 and 0.7.
            let mut x = array(seed, &x, -2.0, 2.0);
            x.mapv_inplace(|x| if (0.3..0.7).contains(&x.abs()) { 2.5 * x } else { x });
            let t = array(seed / 3, &t, 0.4, 0.6);
            let wide = (x.broadcast(&shape[..]).unwrap(), t.broadcast(&shape[..]).unwrap());
            let want = Zip::from(wide.0).and(wide.1).map_collect(|x, t| x.signum() * (x.abs() - t).max(0.0));
            let got = Tensor::constant(x.clone()).soft_threshold_with(&Tensor::constant(t.clone()));
            prop_assert_eq!(got.to_array(), want);
            prop_assert_eq!(gradients(&[x.clone(), t], |x| x[0].soft_threshold_with(&x[1])), Ok(()));
            prop_assert_eq!(gradients(&[x], |x| { let y = x[0].soft_threshold(0.5); &y * &y }), Ok(()));
        }

        #[test]
        fn it_minimises_its_definition(seed: u64, t in 0.0..2.0_f64, step in -1.0..1.0_f64) {
            let x = array(seed, &[4], -3.0, 3.0);
            let y = Tensor::constant(x.clone()).soft_threshold(t).to_array();
            for (x, y) in elements(&x).into_iter().zip(elements(&y)) {
                let energy = |y: f64| 0.5 * (x - y).powi(2) + t * y.abs();
                prop_assert!(energy(y) <= energy(y + step) + 1e-12);
            }
        }
    }

    #[test]
    fn the_kinks_and_nan() {
        assert_eq!(slopes(&[0.5, -0.5, 0.0, -1.0], |x| x.soft_threshold(0.5)), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(slopes(&[0.0, -1.0], |x| x.soft_threshold(0.0)), [0.0, 1.0]);
        assert!(Tensor::scalar(f64::NAN).soft_threshold(0.5).item().is_nan());
    }

    #[test]
    #[should_panic(expected = "soft_threshold: the threshold is -1, not zero or more")]
    fn a_negative_threshold() {
        let _ = Tensor::scalar(0.5).soft_threshold(-1.0);
    }

    #[test]
    #[should_panic(expected = "soft_threshold: the shapes [2] and [3] do not broadcast")]
    fn shapes_that_do_not_fit() {
        let _ = Tensor::<f32>::zeros(&[2]).soft_threshold_with(&Tensor::zeros(&[3]));
    }
}
