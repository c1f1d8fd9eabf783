//! `y = ln x`; `dy/dx = 1 / x`

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here, math};

struct Ln;

impl<E: Scalar> Operator<E> for Ln {
    fn name(&self) -> &'static str {
        "ln"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent / arguments.input(0))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The natural logarithm, element by element, within 2 ulp.
    ///
    /// -inf at zero, where the slope is infinite; NaN below.
    #[must_use]
    pub fn ln(&self) -> Self {
        Self::from_operator(Ln, vec![self.clone()], elementwise::map_slices(self.array(), math::ln_into))
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
            let want = a.mapv(|x: f64| x.ln());
            prop_assert!(distance(&Tensor::constant(a.clone()).ln().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].ln()), Ok(()));
        }
    }

    #[test]
    fn at_zero_and_below() {
        let y = Tensor::constant(ndarray::array![0.0_f64, -1.0]).ln().to_array();
        assert!(y[0] == f64::NEG_INFINITY && y[1].is_nan());
        assert_eq!(slopes(&[0.0, 0.5], Tensor::ln), [f64::INFINITY, 2.0]);
    }
}
