//! `y = max(x, 0)`; `dy/dx = 1` where `x > 0`, else 0

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};

struct Relu;

impl<E: Scalar> Operator<E> for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(pull_back(cotangent, arguments.input(0)))]
    }
}

/// The cotangent of `x` from that of `y = max(x, 0)`, and `x` or `y`, which are positive in the same places.
pub(super) fn pull_back<E: Scalar>(cotangent: &Tensor<E>, at: &Tensor<E>) -> Tensor<E> {
    cotangent.piecewise(at, |c, x| if x <= E::zero() { E::zero() } else { c })
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The rectifier `max(x, 0)`, element by element. The slope at zero is zero; NaN stays NaN.
    #[must_use]
    pub fn relu(&self) -> Self {
        Self::from_operator(
            Relu,
            vec![self.clone()],
            elementwise::map(self.array(), |x| if x <= E::zero() { E::zero() } else { x }),
        )
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
            let want = a.mapv(|x: f64| x.max(0.0));
            prop_assert!(distance(&Tensor::constant(a.clone()).relu().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].relu()), Ok(()));
        }
    }

    #[test]
    fn the_kink_and_nan() {
        assert_eq!(slopes(&[0.0, -0.0, 3.0], Tensor::relu), [0.0, 0.0, 1.0]);
        assert!(Tensor::scalar(f64::NAN).relu().item().is_nan());
    }
}
