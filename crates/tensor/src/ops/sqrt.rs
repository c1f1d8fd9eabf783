//! `y = sqrt x`; `dy/dx = 1 / (2 y)`

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here};

struct Sqrt;

impl<E: Scalar> Operator<E> for Sqrt {
    fn name(&self) -> &'static str {
        "sqrt"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let y = arguments.output();
        let half = E::of(0.5);
        vec![Some(rule::pointwise(cotangent, y, |c, y| half * c / y, || cotangent * half / y))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The square root, element by element, correctly rounded.
    ///
    /// The slope at zero is infinite, so a cotangent of zero gives NaN there; NaN below.
    #[must_use]
    pub fn sqrt(&self) -> Self {
        Self::from_operator(Sqrt, vec![self.clone()], elementwise::map(self.array(), E::sqrt))
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
            let want = a.mapv(|x: f64| x.sqrt());
            prop_assert!(distance(&Tensor::constant(a.clone()).sqrt().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].sqrt()), Ok(()));
        }
    }

    #[test]
    fn at_zero_and_below() {
        assert!(Tensor::scalar(-1.0_f64).sqrt().item().is_nan());
        assert_eq!(slopes(&[0.0, 4.0], Tensor::sqrt), [f64::INFINITY, 0.25]);
        assert!(slopes(&[0.0], |x| x.sqrt() * 0.0)[0].is_nan());
    }
}
