//! `y = x` where `x > 0`, else `alpha (e^x - 1)`; `dy/dx = 1` or `alpha e^x`
//!
//! D.-A. Clevert, T. Unterthiner, S. Hochreiter, *Fast and accurate deep network learning by exponential linear units*,
//! ICLR 2016, eq. 15.

use crate::{Arguments, Operator, Tensor, elementwise, rule};
use latent_numeric::{Scalar, compiled_here};

struct Elu<E> {
    alpha: E,
}

impl<E: Scalar> Operator<E> for Elu<E> {
    fn name(&self) -> &'static str {
        "elu"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let (x, alpha) = (arguments.input(0), self.alpha);
        let composed = || {
            // The exponential does not see positive numbers, so that it cannot overflow there.
            let slope = x.clamp(E::neg_infinity(), E::zero()).exp() * alpha;
            cotangent * x.gt(&Tensor::scalar(E::zero())).where_(&Tensor::scalar(E::one()), &slope)
        };
        let kernel = move |c: E, x: E| times_slope(c, x, alpha);
        vec![Some(rule::pointwise(cotangent, x, kernel, composed))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The exponential linear unit, element by element: `x` where positive, `alpha (e^x - 1)` elsewhere, without
    /// cancellation near zero.
    ///
    /// The slope at zero is `alpha`, that from the left; NaN stays NaN.
    #[must_use]
    pub fn elu(&self, alpha: E) -> Self {
        let value = elementwise::map(self.array(), |x| value(x, alpha));
        Self::from_operator(Elu { alpha }, vec![self.clone()], value)
    }
}

/// With `t = tanh(x / 2)`, `e^x - 1 = 2 t / (1 - t)`, of which nothing cancels for negative `x`.
#[inline(always)]
fn value<E: Scalar>(x: E, alpha: E) -> E {
    let t = E::tanh_kernel(x * E::of(0.5));
    let below = alpha * (t + t) / (E::one() - t);
    if x > E::zero() { x } else { below }
}

#[inline(always)]
fn times_slope<E: Scalar>(c: E, x: E, alpha: E) -> E {
    let below = c * (alpha * E::exp_kernel(x));
    if x > E::zero() { c } else { below }
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
            let want = a.mapv(|x: f64| if x > 0.0 { x } else { 0.7 * x.exp_m1() });
            prop_assert!(distance(&Tensor::constant(a.clone()).elu(0.7).to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].elu(0.7)), Ok(()));
        }
    }

    #[test]
    fn the_kink_and_what_is_small_or_large() {
        assert_eq!(slopes(&[0.0, 1000.0, -1000.0], |x| x.elu(0.7)), [0.7, 1.0, 0.0]);
        assert_eq!(gradients(&[ndarray::array![1000.0, -1000.0].into_dyn()], |x| x[0].elu(0.7)), Ok(()));
        let small = Tensor::scalar(-1e-12_f64).elu(1.0).item();
        assert!((small / (-1e-12_f64).exp_m1() - 1.0).abs() < 1e-15);
        assert!(Tensor::scalar(f64::NAN).elu(1.0).item().is_nan());
    }
}
