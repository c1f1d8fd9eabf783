//! `y[.., k, ..] = x[.., indices[k], ..]` along an axis; the cotangent is added up at the indices.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use std::sync::Arc;

struct IndexSelect {
    axis: usize,
    indices: Arc<[usize]>,
}

impl<E: Scalar> Operator<E> for IndexSelect {
    fn name(&self) -> &'static str {
        "index_select"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let zeros = Tensor::zeros(arguments.input(0).shape());
        vec![Some(zeros.index_add_shared(self.axis, self.indices.clone(), cotangent))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The slices at these indices along an axis, in this order; an index may come again.
    ///
    /// # Shapes
    /// The axis gets as long as `indices`.
    ///
    /// # Panics
    /// If the axis is not below the rank, or an index not below its length.
    #[must_use]
    #[track_caller]
    pub fn index_select(&self, axis: usize, indices: &[usize]) -> Self {
        shape::check_axis("index_select", axis, self.shape());
        shape::check_indices("index_select", indices, axis, self.shape()[axis]);
        self.index_select_shared(axis, indices.into())
    }

    pub(super) fn index_select_shared(&self, axis: usize, indices: Arc<[usize]>) -> Self {
        let (outer, n, inner) = shape::around(self.shape(), axis);
        let mut shape = self.shape().to_vec();
        shape[axis] = indices.len();
        let row_major = self.array().as_standard_layout();
        let from = row_major.as_slice().expect("row-major");
        let mut out = pool::take(outer * indices.len() * inner);
        let places = (0..outer).flat_map(|o| indices.iter().map(move |index| (o * n + index) * inner));
        if inner == 1 {
            out.iter_mut().zip(places).for_each(|(to, at)| *to = from[at]);
        } else if inner > 0 {
            out.chunks_exact_mut(inner).zip(places).for_each(|(to, at)| to.copy_from_slice(&from[at..at + inner]));
        }
        Self::from_operator(IndexSelect { axis, indices }, vec![self.clone()], shape::array(&shape, out))
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
        fn value_and_gradients(
            seed: u64, shape in shapes(3, 1), axis in 0_usize..3, picks in proptest::collection::vec(0_usize..60, 0..6),
        ) {
            prop_assume!(axis < shape.len());
            let indices: Vec<usize> = picks.iter().map(|pick| pick % shape[axis]).collect();
            let a = array(seed, &shape, -2.0, 2.0);
            let got = Tensor::constant(a.clone()).index_select(axis, &indices);
            prop_assert_eq!(got.to_array(), a.select(Axis(axis), &indices));
            prop_assert!(is_adjoint(seed, &a, |x| x.index_select(axis, &indices)));
            let square = |x: &[Tensor<f64>]| { let y = x[0].index_select(axis, &indices); &y * &y };
            prop_assert_eq!(gradients(&[a], square), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "index_select: index 3 along axis 1, whose length is 3")]
    fn outside() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).index_select(1, &[0, 3]);
    }
}
