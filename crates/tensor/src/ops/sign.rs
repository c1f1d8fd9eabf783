//! `y = -1, 0 or 1` as `x` is negative, zero or positive; `dy/dx = 0`

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};

struct Sign;

impl<E: Scalar> Operator<E> for Sign {
    fn name(&self) -> &'static str {
        "sign"
    }

    fn vjp(&self, _: Arguments<'_, E>, _: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        // Flat wherever it has a slope.
        vec![None]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The sign, element by element: -1, 0 or 1; NaN for NaN. The gradient is zero everywhere.
    #[must_use]
    pub fn sign(&self) -> Self {
        Self::from_operator(Sign, vec![self.clone()], elementwise::map(self.array(), sign))
    }
}

#[inline(always)]
pub(super) fn sign<E: Scalar>(x: E) -> E {
    if x > E::zero() {
        E::one()
    } else if x < E::zero() {
        -E::one()
    } else {
        // Zeros and NaN.
        x
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
            let a = away_from(array(seed, &shape, -2.0, 2.0), &[0.0]);
            let want = a.mapv(|x: f64| x.signum());
            prop_assert!(distance(&Tensor::constant(a.clone()).sign().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].sign()), Ok(()));
        }
    }

    #[test]
    fn zeros_and_nan() {
        let y = Tensor::constant(ndarray::array![0.0_f64, -0.0, f64::NAN]).sign().to_array();
        assert!(y[0] == 0.0 && y[1] == 0.0 && y[2].is_nan());
        assert_eq!(slopes(&[0.0, 3.0], Tensor::sign), [0.0, 0.0]);
    }
}
