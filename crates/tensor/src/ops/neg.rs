//! `-a`

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};
use std::ops::Neg;

struct Negate;

impl<E: Scalar> Operator<E> for Negate {
    fn name(&self) -> &'static str {
        "neg"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(-cotangent)]
    }
}

impl<E: Scalar> Neg for &Tensor<E> {
    type Output = Tensor<E>;

    /// `-a`, element by element.
    fn neg(self) -> Tensor<E> {
        negative(self)
    }
}

#[compiled_here]
fn negative<E: Scalar>(a: &Tensor<E>) -> Tensor<E> {
    Tensor::from_operator(Negate, vec![a.clone()], elementwise::map(a.array(), |a| -a))
}

impl<E: Scalar> Neg for Tensor<E> {
    type Output = Tensor<E>;

    fn neg(self) -> Tensor<E> {
        -&self
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
            prop_assert_eq!((-Tensor::constant(a.clone())).to_array(), -&a);
            prop_assert_eq!(gradients(&[a], |x| -&x[0]), Ok(()));
        }
    }
}
