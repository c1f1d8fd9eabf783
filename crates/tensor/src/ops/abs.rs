//! `y = |x|`; `dy/dx = sign x`

use super::sign::sign;
use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};

struct Abs;

impl<E: Scalar> Operator<E> for Abs {
    fn name(&self) -> &'static str {
        "abs"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        vec![Some(cotangent.piecewise(x, |c, x| c * sign(x)))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The absolute value, element by element. The slope at zero is zero.
    #[must_use]
    pub fn abs(&self) -> Self {
        Self::from_operator(Abs, vec![self.clone()], elementwise::map(self.array(), E::abs))
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
            let want = a.mapv(|x: f64| x.abs());
            prop_assert!(distance(&Tensor::constant(a.clone()).abs().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].abs()), Ok(()));
        }
    }

    #[test]
    fn the_kink_and_nan() {
        assert_eq!(slopes(&[0.0, -0.0, -3.0], Tensor::abs), [0.0, 0.0, -1.0]);
        assert!(slopes(&[f64::NAN], Tensor::abs)[0].is_nan());
    }
}
