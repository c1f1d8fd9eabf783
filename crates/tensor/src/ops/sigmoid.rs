//! `y = 1 / (1 + e^-x)`; `dy/dx = y (1 - y)`

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here, math};

struct Sigmoid;

impl<E: Scalar> Operator<E> for Sigmoid {
    fn name(&self) -> &'static str {
        "sigmoid"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(pull_back(cotangent, arguments.output()))]
    }
}

/// The cotangent of `x` from that of `y = 1 / (1 + e^-x)`, and `y`.
pub(super) fn pull_back<E: Scalar>(cotangent: &Tensor<E>, y: &Tensor<E>) -> Tensor<E> {
    let one = E::one();
    rule::pointwise(cotangent, y, |c, y| c * y * (one - y), || cotangent * y * (-y + one))
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The logistic function `1 / (1 + e^-x)`, element by element, within 2 ulp.
    #[must_use]
    pub fn sigmoid(&self) -> Self {
        Self::from_operator(Sigmoid, vec![self.clone()], elementwise::map_slices(self.array(), math::sigmoid_into))
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
            let a = array(seed, &shape, -3.0, 3.0);
            let want = a.mapv(|x: f64| 1.0 / (1.0 + (-x).exp()));
            prop_assert!(distance(&Tensor::constant(a.clone()).sigmoid().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].sigmoid()), Ok(()));
        }
    }

    #[test]
    fn far_out_it_is_flat() {
        assert_eq!(slopes(&[1000.0, -1000.0], Tensor::sigmoid), [0.0; 2]);
    }
}
