//! `y = sum of x over some axes`; the cotangent is repeated along them.

use crate::reduce::total;
use crate::{Arguments, Operator, Tensor, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::IxDyn;

struct Sum {
    /// The input's shape with summed axes of length one.
    kept: Vec<usize>,
}

impl<E: Scalar> Operator<E> for Sum {
    fn name(&self) -> &'static str {
        "sum"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.reshape(&self.kept).broadcast_to(arguments.input(0).shape()))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The sum of all elements, a tensor of no axes; 0 if there are none.
    #[must_use]
    pub fn sum(&self) -> Self {
        self.sum_axes(&(0..self.rank()).collect::<Vec<_>>(), false)
    }

    /// The sum over some axes; these vanish, or stay with length one if `keep`.
    ///
    /// Sums are pairwise, and their bits do not depend on the number of threads.
    ///
    /// # Panics
    /// If an axis is not below the rank, or named twice.
    #[must_use]
    #[track_caller]
    pub fn sum_axes(&self, axes: &[usize], keep: bool) -> Self {
        let axes = shape::sorted_axes("sum", axes, self.shape());
        let (kept, left) = shape::reduced(self.shape(), &axes);
        let value = total(self.array(), &axes);
        let shape = if keep { kept.clone() } else { left };
        let value = value.into_shape_with_order(IxDyn(&shape)).expect("the same elements");
        Self::from_operator(Sum { kept }, vec![self.clone()], value)
    }

    /// The sum over the axes along which `shape` was broadcast to this tensor's shape: the adjoint of
    /// broadcasting.
    #[track_caller]
    pub(crate) fn sum_to(&self, shape: &[usize]) -> Self {
        if self.shape() == shape {
            return self.clone();
        }
        let extra = self.rank() - shape.len();
        let stretched =
            (0..self.rank()).filter(|&axis| axis < extra || (shape[axis - extra] == 1 && self.shape()[axis] != 1));
        self.sum_axes(&stretched.collect::<Vec<_>>(), false).reshape(shape)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use ndarray::Axis;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(4, 0), chosen: [bool; 4], keep: bool) {
            let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
            let a = array(seed, &shape, -2.0, 2.0);
            let mut want = a.clone();
            for &axis in axes.iter().rev() {
                want = want.sum_axis(Axis(axis));
                if keep {
                    want = want.insert_axis(Axis(axis));
                }
            }
            let got = Tensor::constant(a.clone()).sum_axes(&axes, keep).to_array();
            prop_assert_eq!(got.shape(), want.shape());
            prop_assert!(got.iter().zip(&want).all(|(x, y)| (x - y).abs() < 1e-12));
            prop_assert_eq!(gradients(&[a], |x| x[0].sum_axes(&axes, keep)), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "sum: axes [1, 1] of the shape [2, 3]")]
    fn axes_that_are_not() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).sum_axes(&[1, 1], false);
    }
}
