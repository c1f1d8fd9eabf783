//! `y = s(x) c`, linear in `c`, with a slope `s` that is constant between the kinks of an elementwise function: the
//! cotangent of such a function. `x` gets no gradient.

use crate::{Arguments, Operator, Tensor, elementwise};
use latent_numeric::Scalar;

struct Piecewise<E: Scalar, F> {
    /// A constant. (A tensor, whose buffer is used again after it.)
    at: Tensor<E>,
    product: F,
}

impl<E: Scalar, F: Fn(E, E) -> E + Copy + Send + Sync + 'static> Operator<E> for Piecewise<E, F> {
    fn name(&self) -> &'static str {
        "piecewise"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.piecewise(&self.at, self.product))]
    }
}

impl<E: Scalar> Tensor<E> {
    /// `product(c, x)` for the elements `c` of this tensor and `x` of `at`, which has the same shape; `product` must
    /// be linear in `c`.
    pub(crate) fn piecewise(&self, at: &Self, product: impl Fn(E, E) -> E + Copy + Send + Sync + 'static) -> Self {
        let value = elementwise::zip("piecewise", self.array(), at.array(), product);
        Self::from_operator(Piecewise { at: at.detach(), product }, vec![self.clone()], value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, shapes};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0)) {
            let c = array(seed, &shape, -2.0, 2.0);
            let x = array(seed / 3, &shape, -2.0, 2.0);
            let step = |c: f64, x: f64| if x > 0.5 { 3.0 * c } else { -c };
            let want = &c * &x.mapv(|x| if x > 0.5 { 3.0 } else { -1.0 });
            prop_assert!(distance(&Tensor::constant(c.clone()).piecewise(&Tensor::constant(x.clone()), step).to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[c], |c| { let y = c[0].piecewise(&Tensor::constant(x.clone()), step); &y * &y }), Ok(()));
        }
    }
}
