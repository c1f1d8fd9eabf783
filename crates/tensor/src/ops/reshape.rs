//! `y` has the elements of `x` in row-major order, in another shape.

use crate::{Arguments, Operator, Tensor, layout};
use latent_numeric::{Scalar, compiled_here};
use ndarray::IxDyn;

struct Reshape;

impl<E: Scalar> Operator<E> for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        vec![Some(cotangent.reshape(arguments.input(0).shape()))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The same elements, in row-major order, in another shape; without a copy where the layout allows.
    ///
    /// # Panics
    /// If the shape has another number of elements.
    #[must_use]
    #[track_caller]
    pub fn reshape(&self, shape: &[usize]) -> Self {
        if self.shape() == shape {
            return self.clone();
        }
        assert!(
            self.len() == shape.iter().product::<usize>(),
            "reshape: the shape {:?} has {} elements, {shape:?} has {}",
            self.shape(),
            self.len(),
            shape.iter().product::<usize>()
        );
        let array = self.array();
        let row_major = if array.is_standard_layout() {
            array.clone()
        } else {
            layout::spread_array(array, array.shape()).into_shared()
        };
        let value = row_major.into_shape_with_order(IxDyn(shape)).expect("row-major, with as many elements");
        Self::from_operator(Reshape, vec![self.clone()], value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, elements, shapes};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0)) {
            let a = array(seed, &shape, -2.0, 2.0);
            let flat = [a.len(), 1];
            let got = Tensor::constant(a.clone()).reshape(&flat);
            prop_assert_eq!(elements(&got.to_array()), elements(&a));
            prop_assert_eq!(got.reshape(&shape).to_array(), a.clone());
            prop_assert_eq!(gradients(&[a], |x| { let y = x[0].reshape(&flat); &y * &y }), Ok(()));
        }
    }

    #[test]
    fn a_row_major_tensor_is_not_copied() {
        let a = Tensor::<f32>::zeros(&[4, 6]);
        assert_eq!(a.reshape(&[3, 8]).array().as_ptr(), a.array().as_ptr());
    }

    #[test]
    #[should_panic(expected = "reshape: the shape [2, 3] has 6 elements, [4] has 4")]
    fn another_number_of_elements() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).reshape(&[4]);
    }
}
