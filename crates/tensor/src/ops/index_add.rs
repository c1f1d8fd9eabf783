//! `y = x`, then `y[.., indices[k], ..] += s[.., k, ..]` along an axis; the cotangent of `s` is selected.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use std::sync::Arc;

struct IndexAdd {
    axis: usize,
    indices: Arc<[usize]>,
}

impl<E: Scalar> Operator<E> for IndexAdd {
    fn name(&self) -> &'static str {
        "index_add"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let selected = || cotangent.index_select_shared(self.axis, self.indices.clone());
        vec![Some(cotangent.clone()), arguments.needed(1).then(selected)]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// This tensor, with the slices of `source` along an axis added to those at the indices, in this order.
    ///
    /// # Shapes
    /// `source` is as long as `indices` along the axis, and as this tensor along the others.
    ///
    /// # Panics
    /// If the axis is not below the rank, an index not below its length, or the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn index_add(&self, axis: usize, indices: &[usize], source: &Self) -> Self {
        shape::check_axis("index_add", axis, self.shape());
        shape::check_indices("index_add", indices, axis, self.shape()[axis]);
        let mut fitting = self.shape().to_vec();
        fitting[axis] = indices.len();
        assert!(
            source.shape() == fitting,
            "index_add: {} indices along axis {axis} of the shape {:?} with a source of shape {:?}",
            indices.len(),
            self.shape(),
            source.shape()
        );
        self.index_add_shared(axis, indices.into(), source)
    }

    pub(super) fn index_add_shared(&self, axis: usize, indices: Arc<[usize]>, source: &Self) -> Self {
        let (outer, n, inner) = shape::around(self.shape(), axis);
        let mut out = pool::take(self.len());
        out.iter_mut().zip(self.array()).for_each(|(out, &x)| *out = x);
        let row_major = source.array().as_standard_layout();
        let from = row_major.as_slice().expect("row-major");
        if inner > 0 {
            let places = (0..outer).flat_map(|o| indices.iter().map(move |index| (o * n + index) * inner));
            for (from, at) in from.chunks_exact(inner).zip(places) {
                out[at..at + inner].iter_mut().zip(from).for_each(|(to, &x)| *to += x);
            }
        }
        let value = shape::array(self.shape(), out);
        Self::from_operator(IndexAdd { axis, indices }, vec![self.clone(), source.clone()], value)
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
            let mut longer = shape.clone();
            longer[axis] = indices.len();
            let (a, b) = (array(seed, &shape, -2.0, 2.0), array(seed / 3, &longer, -2.0, 2.0));
            let mut want = a.clone();
            for (k, &index) in indices.iter().enumerate() {
                let mut slice = want.index_axis_mut(Axis(axis), index);
                slice += &b.index_axis(Axis(axis), k);
            }
            let x = Tensor::constant(a.clone());
            prop_assert_eq!(x.index_add(axis, &indices, &Tensor::constant(b.clone())).to_array(), want);
            prop_assert!(is_adjoint(seed, &b, |b| Tensor::zeros(&shape).index_add(axis, &indices, b)));
            let square = |x: &[Tensor<f64>]| { let y = x[0].index_add(axis, &indices, &x[1]); &y * &y };
            prop_assert_eq!(gradients(&[a, b], square), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "index_add: 2 indices along axis 0 of the shape [3] with a source of shape [1]")]
    fn a_source_that_does_not_fit() {
        let _ = Tensor::<f32>::zeros(&[3]).index_add(0, &[0, 1], &Tensor::zeros(&[1]));
    }
}
