//! `y_i = x_(n-1-i)` along some axes; a view, its own adjoint.

use crate::{Tensor, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::SliceInfoElem;

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The elements in reverse order along some axes; a view, without a copy.
    ///
    /// # Panics
    /// If an axis is not below the rank, or named twice.
    #[must_use]
    #[track_caller]
    pub fn flip(&self, axes: &[usize]) -> Self {
        let axes = shape::sorted_axes("flip", axes, self.shape());
        let along =
            |axis| SliceInfoElem::Slice { start: 0, end: None, step: if axes.contains(&axis) { -1 } else { 1 } };
        self.slice((0..self.rank()).map(along).collect::<Vec<_>>())
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
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0), chosen: [bool; 3]) {
            let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
            let a = array(seed, &shape, -2.0, 2.0);
            let mut want = a.clone();
            axes.iter().for_each(|&axis| want.invert_axis(Axis(axis)));
            prop_assert_eq!(Tensor::constant(a.clone()).flip(&axes).to_array(), want);
            prop_assert!(is_adjoint(seed, &a, |x| x.flip(&axes)));
            prop_assert_eq!(gradients(&[a], |x| { let y = x[0].flip(&axes); &y * &x[0] }), Ok(()));
        }
    }
}
