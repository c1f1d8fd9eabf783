//! `y = 1 / x`; `dy/dx = -y^2`

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here};

struct Recip;

impl<E: Scalar> Operator<E> for Recip {
    fn name(&self) -> &'static str {
        "recip"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let y = arguments.output();
        vec![Some(rule::pointwise(cotangent, y, |c, y| -(c * y * y), || -(cotangent * y.square())))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// `1 / x`, element by element, correctly rounded; infinite at zero.
    #[must_use]
    pub fn recip(&self) -> Self {
        Self::from_operator(Recip, vec![self.clone()], elementwise::map(self.array(), |x| E::one() / x))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, shapes, slopes};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0)) {
            let a = array(seed, &shape, 0.5, 2.0);
            let want = a.mapv(|x: f64| 1.0 / x);
            prop_assert!(distance(&Tensor::constant(a.clone()).recip().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].recip()), Ok(()));
        }
    }

    #[test]
    fn at_zero() {
        assert_eq!(Tensor::scalar(0.0_f64).recip().item(), f64::INFINITY);
        assert_eq!(slopes(&[0.0, -2.0], Tensor::recip), [f64::NEG_INFINITY, -0.25]);
    }
}
