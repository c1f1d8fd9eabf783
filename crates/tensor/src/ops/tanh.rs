//! `y = tanh x`; `dy/dx = 1 - y^2`

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here, math};

struct Tanh;

impl<E: Scalar> Operator<E> for Tanh {
    fn name(&self) -> &'static str {
        "tanh"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(pull_back(cotangent, arguments.output()))]
    }
}

/// The cotangent of `x` from that of `y = tanh x`, and `y`.
pub(super) fn pull_back<E: Scalar>(cotangent: &Tensor<E>, y: &Tensor<E>) -> Tensor<E> {
    let one = E::one();
    rule::pointwise(cotangent, y, |c, y| c * (one - y * y), || cotangent - cotangent * y.square())
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The hyperbolic tangent, element by element, within 2 ulp.
    #[must_use]
    pub fn tanh(&self) -> Self {
        Self::from_operator(Tanh, vec![self.clone()], elementwise::map_slices(self.array(), math::tanh_into))
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
            let a = array(seed, &shape, -2.0, 2.0);
            let want = a.mapv(|x: f64| x.tanh());
            prop_assert!(distance(&Tensor::constant(a.clone()).tanh().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].tanh()), Ok(()));
        }
    }

    #[test]
    fn far_out_it_is_flat() {
        assert_eq!(slopes(&[50.0, -50.0, f64::INFINITY], Tensor::tanh), [0.0; 3]);
    }
}
