//! `y = (x + eps)^(-1/2)`; `dy/dx = -y^3 / 2`

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};

struct InverseSqrt;

impl<E: Scalar> Operator<E> for InverseSqrt {
    fn name(&self) -> &'static str {
        "inverse_sqrt"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let y = arguments.output();
        vec![Some(y * y * y * cotangent * E::of(-0.5))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// `1 / sqrt(x + eps)`, element by element; NaN where `x + eps` is negative, infinite where it is zero.
    #[must_use]
    pub fn inverse_sqrt(&self, eps: E) -> Self {
        let value = elementwise::map(self.array(), move |x| E::one() / (x + eps).sqrt());
        Self::from_operator(InverseSqrt, vec![self.clone()], value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0)) {
            let a = array(seed, &shape, 0.5, 2.0);
            let got = Tensor::constant(a.clone()).inverse_sqrt(0.1);
            prop_assert_eq!(got.to_array(), a.mapv(|x| 1.0 / (x + 0.1).sqrt()));
            prop_assert_eq!(gradients(&[a], |x| x[0].inverse_sqrt(0.1)), Ok(()));
        }
    }
}
