//! `y_i = x_0 + ... + x_i` along an axis; the cotangent is summed from the other end.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::Scalar;

struct Cumsum {
    axis: usize,
}

impl<E: Scalar> Operator<E> for Cumsum {
    fn name(&self) -> &'static str {
        "cumsum"
    }

    fn vjp(&self, _: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let axis = self.axis;
        vec![Some(cotangent.flip(&[axis]).cumsum(axis).flip(&[axis]))]
    }
}

impl<E: Scalar> Tensor<E> {
    /// The sums of the first elements along an axis, each included.
    ///
    /// # Panics
    /// If the axis is not below the rank.
    #[must_use]
    #[track_caller]
    pub fn cumsum(&self, axis: usize) -> Self {
        shape::check_axis("cumsum", axis, self.shape());
        let (_, n, inner) = shape::around(self.shape(), axis);
        let mut out = pool::take(self.len());
        out.iter_mut().zip(self.array()).for_each(|(out, &x)| *out = x);
        if !out.is_empty() {
            for block in out.chunks_exact_mut(n * inner) {
                for i in inner..block.len() {
                    block[i] += block[i - inner];
                }
            }
        }
        Self::from_operator(Cumsum { axis }, vec![self.clone()], shape::array(self.shape(), out))
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, is_adjoint, shapes};
    use ndarray::Axis;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0), axis in 0_usize..3) {
            prop_assume!(axis < shape.len());
            let a = array(seed, &shape, -2.0, 2.0);
            let mut want = a.clone();
            want.accumulate_axis_inplace(Axis(axis), |&before, x| *x += before);
            prop_assert_eq!(Tensor::constant(a.clone()).cumsum(axis).to_array(), want);
            prop_assert!(is_adjoint(seed, &a, |x| x.cumsum(axis)));
            prop_assert_eq!(gradients(&[a], |x| x[0].cumsum(axis)), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "cumsum: axis 1 of the shape [3]: it must be below 1")]
    fn no_such_axis() {
        let _ = Tensor::<f32>::zeros(&[3]).cumsum(1);
    }
}
