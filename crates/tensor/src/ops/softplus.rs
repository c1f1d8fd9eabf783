//! `y = ln(1 + e^x)`; `dy/dx = 1 / (1 + e^-x)`

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here, math};

struct Softplus;

impl<E: Scalar> Operator<E> for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        vec![Some(rule::pointwise(cotangent, x, times_sigmoid, || cotangent * x.sigmoid()))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// `ln(1 + e^x)`, element by element, within 2 ulp, without overflow.
    #[must_use]
    pub fn softplus(&self) -> Self {
        Self::from_operator(Softplus, vec![self.clone()], elementwise::map_slices(self.array(), math::softplus_into))
    }
}

#[inline(always)]
fn times_sigmoid<E: Scalar>(c: E, x: E) -> E {
    c * E::sigmoid_kernel(x)
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
            let want = a.mapv(|x: f64| x.exp().ln_1p());
            prop_assert!(distance(&Tensor::constant(a.clone()).softplus().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].softplus()), Ok(()));
        }
    }

    #[test]
    fn nothing_overflows() {
        assert_eq!(Tensor::scalar(1000.0_f64).softplus().item(), 1000.0);
        assert_eq!(slopes(&[1000.0, -1000.0], Tensor::softplus), [1.0, 0.0]);
    }
}
