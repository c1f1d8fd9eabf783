//! `y = (x_0, x_1, ...)`, one after the other along an axis; the cotangent is cut.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{Axis, Slice};

struct Concatenate {
    axis: usize,
}

impl<E: Scalar> Operator<E> for Concatenate {
    fn name(&self) -> &'static str {
        "concatenate"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let mut start = 0;
        let part = |(i, input): (usize, &Tensor<E>)| {
            let end = start + input.shape()[self.axis];
            let range = Slice::from(start..end);
            start = end;
            arguments.needed(i).then(|| cotangent.slice_axis(self.axis, range))
        };
        arguments.inputs().iter().enumerate().map(part).collect()
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// Tensors one after the other along an axis.
    ///
    /// # Shapes
    /// All axes but this one have equal lengths.
    ///
    /// # Panics
    /// If there is no tensor, the axis is not below the rank, or the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn concatenate(tensors: &[Self], axis: usize) -> Self {
        assert!(!tensors.is_empty(), "concatenate: no tensors");
        let mut shape = tensors[0].shape().to_vec();
        shape::check_axis("concatenate", axis, &shape);
        for other in &tensors[1..] {
            let (a, b) = (tensors[0].shape(), other.shape());
            let fits = a.len() == b.len() && (0..a.len()).all(|i| i == axis || a[i] == b[i]);
            assert!(fits, "concatenate: the shapes {a:?} and {b:?} differ along another axis than {axis}");
            shape[axis] += b[axis];
        }
        let mut value = shape::array(&shape, pool::take(shape.iter().product()));
        let mut start = 0;
        for tensor in tensors {
            let end = start + tensor.shape()[axis];
            value.slice_axis_mut(Axis(axis), Slice::from(start..end)).assign(tensor.array());
            start = end;
        }
        Self::from_operator(Concatenate { axis }, tensors.to_vec(), value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, is_adjoint, shapes};
    use ndarray::{ArrayD, Axis};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(
            seed: u64, shape in shapes(3, 0), axis in 0_usize..3, lengths in proptest::collection::vec(0_usize..4, 1..4),
        ) {
            prop_assume!(axis < shape.len());
            let parts: Vec<ArrayD<f64>> = (seed..)
                .zip(&lengths)
                .map(|(seed, &length)| {
                    let mut shape = shape.clone();
                    shape[axis] = length;
                    array(seed, &shape, -2.0, 2.0)
                })
                .collect();
            let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
            let want = ndarray::concatenate(Axis(axis), &views).unwrap();
            let tensors: Vec<_> = parts.iter().map(|part| Tensor::constant(part.clone())).collect();
            prop_assert_eq!(Tensor::concatenate(&tensors, axis).to_array(), want);
            let twice = |x: &Tensor<f64>| Tensor::concatenate(&[x.clone(), x.clone()], axis);
            prop_assert!(is_adjoint(seed, &parts[0], twice));
            let square = |x: &[Tensor<f64>]| { let y = Tensor::concatenate(x, axis); &y * &y };
            prop_assert_eq!(gradients(&parts, square), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "concatenate: the shapes [2, 3] and [3, 3] differ along another axis than 1")]
    fn shapes_that_do_not_fit() {
        let _ = Tensor::<f32>::concatenate(&[Tensor::zeros(&[2, 3]), Tensor::zeros(&[3, 3])], 1);
    }
}
