//! `y = x s(x)` with `s(x) = 1 / (1 + e^-x)`; `dy/dx = s(x) (1 + x (1 - s(x)))`
//!
//! S. Elfwing, E. Uchibe, K. Doya, *Sigmoid-weighted linear units for neural network function approximation*, 2017.

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here};

struct Silu;

impl<E: Scalar> Operator<E> for Silu {
    fn name(&self) -> &'static str {
        "silu"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        let composed = || {
            let s = x.sigmoid();
            cotangent * (&s + x * &s * (-&s + E::one()))
        };
        vec![Some(rule::pointwise(cotangent, x, times_slope, composed))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The sigmoid linear unit (swish) `x / (1 + e^-x)`, element by element. NaN at -inf.
    #[must_use]
    pub fn silu(&self) -> Self {
        Self::from_operator(Silu, vec![self.clone()], elementwise::map(self.array(), value))
    }
}

#[inline(always)]
fn value<E: Scalar>(x: E) -> E {
    x * E::sigmoid_kernel(x)
}

#[inline(always)]
fn times_slope<E: Scalar>(c: E, x: E) -> E {
    let s = E::sigmoid_kernel(x);
    c * (s + x * s * (E::one() - s))
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
            let want = a.mapv(|x: f64| x / (1.0 + (-x).exp()));
            prop_assert!(distance(&Tensor::constant(a.clone()).silu().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].silu()), Ok(()));
        }
    }

    #[test]
    fn far_out_and_at_zero() {
        assert_eq!(slopes(&[1000.0, 0.0, -1000.0], Tensor::silu), [1.0, 0.5, 0.0]);
    }
}
