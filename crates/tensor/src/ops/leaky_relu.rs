//! `y = x` where `x > 0`, else `slope x`; `dy/dx = 1` or `slope`
//!
//! A. L. Maas, A. Y. Hannun, A. Y. Ng, *Rectifier nonlinearities improve neural network acoustic models*, ICML 2013.

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::{Scalar, compiled_here};

struct LeakyRelu<E> {
    slope: E,
}

impl<E: Scalar> Operator<E> for LeakyRelu<E> {
    fn name(&self) -> &'static str {
        "leaky_relu"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(pull_back(cotangent, arguments.input(0), self.slope))]
    }
}

/// The cotangent of `x` from that of `y`, and `x`, or `y` if the slope is not negative: they are then positive in the
/// same places.
pub(super) fn pull_back<E: Scalar>(cotangent: &Tensor<E>, at: &Tensor<E>, slope: E) -> Tensor<E> {
    cotangent.piecewise(at, move |c, x| if x <= E::zero() { slope * c } else { c })
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The leaky rectifier, element by element: `x` where positive, `slope x` elsewhere. The slope at zero is `slope`;
    /// NaN stays NaN.
    #[must_use]
    pub fn leaky_relu(&self, slope: E) -> Self {
        let value = elementwise::map(self.array(), |x| if x <= E::zero() { slope * x } else { x });
        Self::from_operator(LeakyRelu { slope }, vec![self.clone()], value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, away_from, distance, shapes, slopes};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0)) {
            let a = away_from(array(seed, &shape, -2.0, 2.0), &[0.0]);
            let want = a.mapv(|x: f64| if x > 0.0 { x } else { 0.2 * x });
            prop_assert!(distance(&Tensor::constant(a.clone()).leaky_relu(0.2).to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].leaky_relu(0.2)), Ok(()));
        }
    }

    #[test]
    fn the_kink_and_nan() {
        assert_eq!(slopes(&[0.0, -3.0, 3.0], |x| x.leaky_relu(0.2)), [0.2, 0.2, 1.0]);
        assert!(Tensor::scalar(f64::NAN).leaky_relu(0.2).item().is_nan());
    }
}
