//! `y = sum of x over some axes`; the cotangent is repeated along them.

use crate::{Arguments, Operator, Tensor, elementwise, pool, shape};
use latent_numeric::{Scalar, parallel};
use ndarray::{ArcArray, ArrayD, Axis, IxDyn};

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

/// The sums over these axes, in row-major order of what is left.
pub(super) fn total<E: Scalar>(array: &ArcArray<E, IxDyn>, axes: &[usize]) -> ArrayD<E> {
    let (rank, count) = (array.ndim(), axes.len());
    if let Some(values) = array.as_slice() {
        if count == rank {
            return ArrayD::from_elem(IxDyn(&[]), parallel::sum(values));
        }
        let leading = axes.iter().enumerate().all(|(i, &axis)| i == axis);
        if leading && count > 0 {
            let left = &array.shape()[count..];
            let rows = array.shape()[..count].iter().product();
            return shape::array(left, column_sums(values, rows, left.iter().product()));
        }
        let run = axes.iter().rev().enumerate().take_while(|&(i, &axis)| axis == rank - 1 - i).count();
        let width: usize = array.shape()[rank - run..].iter().product();
        if run > 0 && run < count && width > 0 {
            let (others, trailing) = axes.split_at(count - run);
            return total(&total(array, trailing).into_shared(), others);
        }
        if run == count && width > 0 {
            let mut sums = pool::take(array.len() / width);
            elementwise::blocks(&mut sums, |start, sums| {
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum = parallel::sum(&values[(start + i) * width..(start + i + 1) * width]);
                }
            });
            return shape::array(&array.shape()[..rank - count], sums);
        }
    }
    let sum = axes.iter().rev().fold(array.to_owned(), |sum, &axis| sum.sum_axis(Axis(axis)));
    if sum.is_standard_layout() { sum } else { sum.as_standard_layout().into_owned() }
}

/// Rows that one thread adds up.
const ROWS: usize = 64;

/// The sum of rows, added up in blocks and these in pairs.
fn column_sums<E: Scalar>(values: &[E], rows: usize, width: usize) -> Vec<E> {
    let sum = parallel::reduce_blocks(
        rows,
        ROWS,
        |block| {
            let mut sum = pool::take(width);
            sum.fill(E::zero());
            for row in block {
                for (sum, &x) in sum.iter_mut().zip(&values[row * width..(row + 1) * width]) {
                    *sum += x;
                }
            }
            sum
        },
        |mut left, right| {
            left.iter_mut().zip(&right).for_each(|(left, &right)| *left += right);
            pool::give(right);
            left
        },
    );
    sum.unwrap_or_else(|| vec![E::zero(); width])
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
