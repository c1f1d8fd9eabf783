//! `y = x` with an axis of length one more, or less; a reshape.

use crate::{Tensor, shape};
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// This tensor with a new axis of length one, which becomes axis `axis`.
    ///
    /// # Panics
    /// If `axis` is above the rank.
    #[must_use]
    #[track_caller]
    pub fn unsqueeze(&self, axis: usize) -> Self {
        let mut shape = self.shape().to_vec();
        assert!(axis <= shape.len(), "unsqueeze: axis {axis} of the shape {shape:?}: at most {}", shape.len());
        shape.insert(axis, 1);
        self.reshape(&shape)
    }

    /// This tensor without an axis of length one.
    ///
    /// # Panics
    /// If the axis is not below the rank, or not of length one.
    #[must_use]
    #[track_caller]
    pub fn squeeze(&self, axis: usize) -> Self {
        shape::check_axis("squeeze", axis, self.shape());
        let mut shape = self.shape().to_vec();
        assert!(shape[axis] == 1, "squeeze: axis {axis} of the shape {shape:?} is not of length one");
        shape.remove(axis);
        self.reshape(&shape)
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
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0), axis in 0_usize..4) {
            let axis = axis.min(shape.len());
            let a = array(seed, &shape, -2.0, 2.0);
            let wider = Tensor::constant(a.clone()).unsqueeze(axis);
            prop_assert_eq!(wider.to_array(), a.clone().insert_axis(Axis(axis)));
            prop_assert_eq!(wider.squeeze(axis).to_array(), a.clone());
            let square = |x: &[Tensor<f64>]| { let y = x[0].unsqueeze(axis); (&y * &y).squeeze(axis) };
            prop_assert_eq!(gradients(&[a], square), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "squeeze: axis 0 of the shape [2] is not of length one")]
    fn an_axis_that_is_longer() {
        let _ = Tensor::<f32>::zeros(&[2]).squeeze(0);
    }
}
