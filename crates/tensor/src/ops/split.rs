//! `(y_0, y_1, ...) = x`, cut along an axis; slices.

use crate::{Tensor, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::Slice;

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Pieces of these lengths along an axis; views, without a copy.
    ///
    /// # Panics
    /// If the axis is not below the rank, or the lengths do not add up to its length.
    #[must_use]
    #[track_caller]
    pub fn split(&self, axis: usize, lengths: &[usize]) -> Vec<Self> {
        shape::check_axis("split", axis, self.shape());
        assert!(
            lengths.iter().sum::<usize>() == self.shape()[axis],
            "split: lengths {lengths:?} along axis {axis} of the shape {:?}",
            self.shape()
        );
        let mut start = 0;
        let mut piece = |&length: &usize| {
            let range = Slice::from(start..start + length);
            start += length;
            self.slice_axis(axis, range)
        };
        lengths.iter().map(&mut piece).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, is_adjoint};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64, lengths in proptest::collection::vec(0_usize..4, 0..4), axis in 0_usize..2) {
            let mut shape = [2, 2];
            shape[axis] = lengths.iter().sum();
            let a = array(seed, &shape, -2.0, 2.0);
            let pieces = Tensor::constant(a.clone()).split(axis, &lengths);
            prop_assert!(pieces.iter().zip(&lengths).all(|(piece, &length)| piece.shape()[axis] == length));
            if !lengths.is_empty() {
                prop_assert_eq!(Tensor::concatenate(&pieces, axis).to_array(), a.clone());
                prop_assert!(is_adjoint(seed, &a, |x| x.split(axis, &lengths).remove(0)));
                let square = |x: &[Tensor<f64>]| { let y = x[0].split(axis, &lengths).remove(0); &y * &y };
                prop_assert_eq!(gradients(&[a], square), Ok(()));
            }
        }
    }

    #[test]
    #[should_panic(expected = "split: lengths [1, 1] along axis 0 of the shape [3]")]
    fn lengths_that_do_not_add_up() {
        let _ = Tensor::<f32>::zeros(&[3]).split(0, &[1, 1]);
    }
}
