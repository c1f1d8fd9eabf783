//! `y[.., k, ..] = x_k`, along a new axis; a concatenation.

use crate::Tensor;
use latent_numeric::{Scalar, compiled_here};

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Tensors of one shape, side by side along a new axis, which becomes axis `axis`.
    ///
    /// # Panics
    /// If there is no tensor, the shapes differ, or `axis` is above their rank.
    #[must_use]
    #[track_caller]
    pub fn stack(tensors: &[Self], axis: usize) -> Self {
        assert!(!tensors.is_empty(), "stack: no tensors");
        let first = tensors[0].shape();
        assert!(axis <= first.len(), "stack: axis {axis} with the shape {first:?}: at most {}", first.len());
        let different = tensors.iter().map(Self::shape).find(|&shape| shape != first);
        assert!(different.is_none(), "stack: the shapes {first:?} and {:?} differ", different.unwrap_or_default());
        let wider: Vec<Self> = tensors.iter().map(|tensor| tensor.unsqueeze(axis)).collect();
        Self::concatenate(&wider, axis)
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
        fn value_and_gradients(seed: u64, shape in shapes(2, 0), axis in 0_usize..3) {
            let axis = axis.min(shape.len());
            let (a, b) = (array(seed, &shape, -2.0, 2.0), array(seed / 3, &shape, -2.0, 2.0));
            let got = Tensor::stack(&[Tensor::constant(a.clone()), Tensor::constant(b.clone())], axis);
            prop_assert_eq!(got.to_array(), ndarray::stack(Axis(axis), &[a.view(), b.view()]).unwrap());
            let square = |x: &[Tensor<f64>]| { let y = Tensor::stack(x, axis); &y * &y };
            prop_assert_eq!(gradients(&[a, b], square), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "stack: the shapes [2] and [3] differ")]
    fn different_shapes() {
        let _ = Tensor::<f32>::stack(&[Tensor::zeros(&[2]), Tensor::zeros(&[3])], 0);
    }
}
