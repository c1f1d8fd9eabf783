//! `y = (sum of x over some axes) / n`; the cotangent over `n` is repeated along them.

use crate::reduce::total;
use crate::{Arguments, Operator, Tensor, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::IxDyn;

struct Mean {
    /// The input's shape with the averaged axes of length one.
    kept: Vec<usize>,
    /// How many elements are averaged.
    count: usize,
}

impl<E: Scalar> Operator<E> for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let share = cotangent.reshape(&self.kept) / E::of(self.count as f64);
        vec![Some(share.broadcast_to(arguments.input(0).shape()))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The mean of all elements, a tensor of no axes; NaN if there are none.
    #[must_use]
    pub fn mean(&self) -> Self {
        self.mean_axes(&(0..self.rank()).collect::<Vec<_>>(), false)
    }

    /// The mean over some axes; these vanish, or stay with length one if `keep`. The mean of no elements is NaN.
    ///
    /// # Panics
    /// If an axis is not below the rank, or named twice.
    #[must_use]
    #[track_caller]
    pub fn mean_axes(&self, axes: &[usize], keep: bool) -> Self {
        let axes = shape::sorted_axes("mean", axes, self.shape());
        let (kept, left) = shape::reduced(self.shape(), &axes);
        let count: usize = axes.iter().map(|&axis| self.shape()[axis]).product();
        let mut value = total(self.array(), &axes);
        let divisor = E::of(count as f64);
        value.mapv_inplace(|sum| sum / divisor);
        let shape = if keep { kept.clone() } else { left };
        let value = value.into_shape_with_order(IxDyn(&shape)).expect("the same elements");
        Self::from_operator(Mean { kept, count }, vec![self.clone()], value)
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
        fn value_and_gradients(seed: u64, shape in shapes(4, 1), chosen: [bool; 4], keep: bool) {
            let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
            let a = array(seed, &shape, -2.0, 2.0);
            let mut want = a.clone();
            for &axis in axes.iter().rev() {
                want = want.mean_axis(Axis(axis)).unwrap();
                if keep {
                    want = want.insert_axis(Axis(axis));
                }
            }
            let got = Tensor::constant(a.clone()).mean_axes(&axes, keep).to_array();
            prop_assert_eq!(got.shape(), want.shape());
            prop_assert!(got.iter().zip(&want).all(|(x, y)| (x - y).abs() < 1e-12));
            prop_assert!(is_adjoint(seed, &a, |x| x.mean_axes(&axes, keep)));
            prop_assert_eq!(gradients(&[a], |x| x[0].mean_axes(&axes, keep)), Ok(()));
        }
    }

    #[test]
    fn no_elements() {
        let x = Tensor::<f64>::zeros(&[2, 0]);
        assert!(x.mean().item().is_nan());
        assert_eq!(x.mean_axes(&[0], false).shape(), [0]);
    }
}
