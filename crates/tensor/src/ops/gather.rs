//! `y[.., k, ..] = x[.., indices[.., k, ..], ..]` along an axis; the cotangent is added up at the indices.

use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArcArray, IxDyn};

struct Gather {
    axis: usize,
    indices: ArcArray<usize, IxDyn>,
}

impl<E: Scalar> Operator<E> for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let zeros = Tensor::zeros(arguments.input(0).shape());
        vec![Some(zeros.scatter_add(self.axis, &self.indices, cotangent))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// One element for each index, taken along an axis; [`scatter_add`](Self::scatter_add) is its adjoint.
    ///
    /// # Shapes
    /// `indices` has this tensor's lengths along all axes but this one. The result has the shape of `indices`.
    ///
    /// # Panics
    /// If the axis is not below the rank, an index not below its length, or the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn gather(&self, axis: usize, indices: &ArcArray<usize, IxDyn>) -> Self {
        check("gather", self.shape(), axis, indices);
        let row_major = self.array().as_standard_layout();
        let from = row_major.as_slice().expect("row-major");
        let mut out = pool::take(indices.len());
        let mut out_iter = out.iter_mut();
        places(self.shape(), axis, indices, |at| *out_iter.next().expect("one for each index") = from[at]);
        let value = shape::array(indices.shape(), out);
        Self::from_operator(Gather { axis, indices: indices.clone() }, vec![self.clone()], value)
    }
}

/// # Panics
/// If the axis or an index is out of range, or the shapes differ along another axis.
#[track_caller]
pub(super) fn check(operator: &str, shape: &[usize], axis: usize, indices: &ArcArray<usize, IxDyn>) {
    shape::check_axis(operator, axis, shape);
    let mut fitting = shape.to_vec();
    let fits = indices.ndim() == shape.len() && {
        fitting[axis] = indices.shape()[axis];
        indices.shape() == fitting
    };
    assert!(
        fits,
        "{operator}: indices of shape {:?} along axis {axis} of the shape {shape:?}: only this axis may differ",
        indices.shape()
    );
    shape::check_indices(operator, indices, axis, shape[axis]);
}

/// Calls `visit` with the row-major position that each index points to, in the row-major order of the indices.
pub(super) fn places(shape: &[usize], axis: usize, indices: &ArcArray<usize, IxDyn>, mut visit: impl FnMut(usize)) {
    let (outer, n, inner) = shape::around(shape, axis);
    let mut index = indices.iter();
    for o in 0..outer {
        for _ in 0..indices.shape()[axis] {
            for i in 0..inner {
                visit((o * n + index.next().expect("as many as the shape says")) * inner + i);
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, is_adjoint, shapes};
    use latent_numeric::random::Stream;
    use ndarray::{ArcArray, ArrayD, IxDyn};
    use proptest::prelude::*;

    /// Indices along an axis of this shape, `count` of them.
    pub fn indices(seed: u64, shape: &[usize], axis: usize, count: usize) -> ArcArray<usize, IxDyn> {
        let mut stream = Stream::new(seed, "indices", &[]);
        let mut fitting = shape.to_vec();
        fitting[axis] = count;
        ArrayD::from_shape_simple_fn(IxDyn(&fitting), || stream.below(shape[axis])).into_shared()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 1), axis in 0_usize..3, count in 0_usize..5) {
            prop_assume!(axis < shape.len());
            let a = array(seed, &shape, -2.0, 2.0);
            let indices = indices(seed, &shape, axis, count);
            let want = ArrayD::from_shape_fn(indices.raw_dim(), |at| {
                let mut from = at.clone();
                from[axis] = indices[&at];
                a[&from]
            });
            prop_assert_eq!(Tensor::constant(a.clone()).gather(axis, &indices).to_array(), want);
            prop_assert!(is_adjoint(seed, &a, |x| x.gather(axis, &indices)));
            let square = |x: &[Tensor<f64>]| { let y = x[0].gather(axis, &indices); &y * &y };
            prop_assert_eq!(gradients(&[a], square), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "gather: index 7 along axis 1, whose length is 3")]
    fn outside() {
        let indices = ndarray::array![[0], [7]].into_dyn().into_shared();
        let _ = Tensor::<f32>::zeros(&[2, 3]).gather(1, &indices);
    }

    #[test]
    #[should_panic(expected = "gather: indices of shape [1, 1] along axis 1 of the shape [2, 3]")]
    fn another_shape() {
        let indices = ndarray::array![[0]].into_dyn().into_shared();
        let _ = Tensor::<f32>::zeros(&[2, 3]).gather(1, &indices);
    }
}
