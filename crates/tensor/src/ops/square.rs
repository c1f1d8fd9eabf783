//! `y = x^2`; `dy/dx = 2 x`

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here};

struct Square;

impl<E: Scalar> Operator<E> for Square {
    fn name(&self) -> &'static str {
        "square"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        let two = E::of(2.0);
        vec![Some(rule::pointwise(cotangent, x, |c, x| two * x * c, || x * cotangent * two))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// `x^2`, element by element.
    #[must_use]
    pub fn square(&self) -> Self {
        Self::from_operator(Square, vec![self.clone()], elementwise::map(self.array(), |x| x * x))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, shapes};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0)) {
            let a = array(seed, &shape, -2.0, 2.0);
            let want = a.mapv(|x: f64| x * x);
            prop_assert!(distance(&Tensor::constant(a.clone()).square().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].square()), Ok(()));
        }
    }
}
