//! `y = 2 / sqrt(pi) int_0^x e^(-t^2) dt`; `dy/dx = 2 / sqrt(pi) e^(-x^2)`

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here, math};
use std::f64::consts::FRAC_2_SQRT_PI;

struct Erf;

impl<E: Scalar> Operator<E> for Erf {
    fn name(&self) -> &'static str {
        "erf"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        let composed = || cotangent * (-x.square()).exp() * E::of(FRAC_2_SQRT_PI);
        vec![Some(rule::pointwise(cotangent, x, times_bell, composed))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The error function, element by element, within 2 ulp.
    #[must_use]
    pub fn erf(&self) -> Self {
        Self::from_operator(Erf, vec![self.clone()], elementwise::map_slices(self.array(), math::erf_into))
    }
}

#[inline(always)]
fn times_bell<E: Scalar>(c: E, x: E) -> E {
    c * (E::of(FRAC_2_SQRT_PI) * E::exp_kernel(-(x * x)))
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
            let want = a.mapv(|x: f64| integral(x));
            prop_assert!(distance(&Tensor::constant(a.clone()).erf().to_array(), &want) < 1e-12);
            prop_assert_eq!(gradients(&[a], |x| x[0].erf()), Ok(()));
        }
    }

    /// By Simpson's rule.
    fn integral(x: f64) -> f64 {
        let (n, bell) = (2000, |t: f64| (-t * t).exp());
        let h = x / f64::from(n);
        let inner: f64 = (1..n).map(|i| f64::from(2 + 2 * (i % 2)) * bell(h * f64::from(i))).sum();
        (1.0 + inner + bell(x)) * h / 3.0 * std::f64::consts::FRAC_2_SQRT_PI
    }

    #[test]
    fn far_out_it_is_flat() {
        assert_eq!(slopes(&[30.0, f64::NEG_INFINITY], Tensor::erf), [0.0; 2]);
    }
}
