//! `a b`

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};
use std::ops::Mul;

struct ElementwiseMul;

impl<E: Scalar> Operator<E> for ElementwiseMul {
    fn name(&self) -> &'static str {
        "mul"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (a, b) = (arguments.input(0), arguments.input(1));
        vec![
            arguments.needed(0).then(|| (cotangent * b).sum_to(a.shape())),
            arguments.needed(1).then(|| (cotangent * a).sum_to(b.shape())),
        ]
    }
}

impl<E: Scalar> Mul<&Tensor<E>> for &Tensor<E> {
    type Output = Tensor<E>;

    /// `a b`, element by element, with broadcasting.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    #[track_caller]
    fn mul(self, other: &Tensor<E>) -> Tensor<E> {
        mul(self, other)
    }
}

#[compiled_here]
#[track_caller]
fn mul<E: Scalar>(a: &Tensor<E>, b: &Tensor<E>) -> Tensor<E> {
    let value = elementwise::zip("mul", a.array(), b.array(), |a, b| a * b);
    Tensor::from_operator(ElementwiseMul, vec![a.clone(), b.clone()], value)
}

super::forward_binary!(Mul, mul);

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, broadcasting};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, (a, b) in broadcasting(3)) {
            let (a, b) = (array(seed, &a, -2.0, 2.0), array(seed / 3, &b, 0.5, 2.0));
            let value = &Tensor::constant(a.clone()) * &Tensor::constant(b.clone());
            prop_assert_eq!(value.to_array(), &a * &b);
            prop_assert_eq!(gradients(&[a, b], |x| &x[0] * &x[1]), Ok(()));
        }
    }
}
