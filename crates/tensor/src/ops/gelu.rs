//! `y = x Phi(x)` with `Phi(x) = (1 + erf(x / sqrt 2)) / 2`
//!
//! `dy/dx = Phi(x) + x phi(x)`, `phi(x) = e^(-x^2 / 2) / sqrt(2 pi)`
//!
//! D. Hendrycks, K. Gimpel, *Gaussian error linear units*, 2016, in the exact form.

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here};
use std::f64::consts::FRAC_1_SQRT_2;

struct Gelu;

impl<E: Scalar> Operator<E> for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        let composed = || {
            let cumulative = (x * E::of(FRAC_1_SQRT_2)).erf() * E::of(0.5) + E::of(0.5);
            let density = (x.square() * E::of(-0.5)).exp() * E::of(DENSITY_AT_ZERO);
            cotangent * (cumulative + x * density)
        };
        vec![Some(rule::pointwise(cotangent, x, times_slope, composed))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The Gaussian error linear unit `x Phi(x)`, element by element, by the error function, not an approximation of
    /// it. NaN at -inf.
    #[must_use]
    pub fn gelu(&self) -> Self {
        Self::from_operator(Gelu, vec![self.clone()], elementwise::map(self.array(), value))
    }
}

/// 1 / sqrt(2 pi)
const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;

#[inline(always)]
fn cumulative<E: Scalar>(x: E) -> E {
    let half = E::of(0.5);
    half + half * E::erf_kernel(x * E::of(FRAC_1_SQRT_2))
}

#[inline(always)]
fn value<E: Scalar>(x: E) -> E {
    x * cumulative(x)
}

#[inline(always)]
fn times_slope<E: Scalar>(c: E, x: E) -> E {
    c * (cumulative(x) + x * (E::of(DENSITY_AT_ZERO) * E::exp_kernel(x * x * E::of(-0.5))))
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
            let want = a.mapv(|x: f64| 0.5 * x * (1.0 + Tensor::scalar(x / 2.0_f64.sqrt()).erf().item()));
            prop_assert!(distance(&Tensor::constant(a.clone()).gelu().to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].gelu()), Ok(()));
        }
    }

    #[test]
    fn far_out_and_at_zero() {
        assert_eq!(slopes(&[50.0, 0.0, -50.0], Tensor::gelu), [1.0, 0.5, 0.0]);
    }
}
