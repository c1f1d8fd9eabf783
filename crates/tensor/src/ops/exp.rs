//! `y = e^x`; `dy/dx = y`

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here, math};

struct Exp;

impl<E: Scalar> Operator<E> for Exp {
    fn name(&self) -> &'static str {
        "exp"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent * arguments.output())]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// `e^x`, element by element, within 2 ulp.
    #[must_use]
    pub fn exp(&self) -> Self {
        Self::from_operator(Exp, vec![self.clone()], elementwise::map_slices(self.array(), math::exp_into))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0)) {
            let a = array(seed, &shape, -2.0, 2.0);
            for (y, x) in Tensor::constant(a.clone()).exp().array().iter().zip(&a) {
                prop_assert!((y - x.exp()).abs() <= 4.0 * f64::EPSILON * x.exp());
            }
            prop_assert_eq!(gradients(&[a], |x| x[0].exp()), Ok(()));
        }
    }
}
