//! `y = x`, then `y[.., indices[.., k, ..], ..] += s[.., k, ..]` along an axis; the cotangent of `s` is gathered.

use super::gather::{check, places};
use crate::{Arguments, Operator, Tensor, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArcArray, IxDyn};

struct ScatterAdd {
    axis: usize,
    indices: ArcArray<usize, IxDyn>,
}

impl<E: Scalar> Operator<E> for ScatterAdd {
    fn name(&self) -> &'static str {
        "scatter_add"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let gathered = || cotangent.gather(self.axis, &self.indices);
        vec![Some(cotangent.clone()), arguments.needed(1).then(gathered)]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// This tensor, with each element of `source` added to the one that its index points to along an axis, in
    /// row-major order; [`gather`](Self::gather) is its adjoint.
    ///
    /// # Shapes
    /// `source` has the shape of `indices`, which has this tensor's lengths along all axes but this one.
    ///
    /// # Panics
    /// If the axis is not below the rank, an index not below its length, or the shapes do not fit.
    #[must_use]
    #[track_caller]
    pub fn scatter_add(&self, axis: usize, indices: &ArcArray<usize, IxDyn>, source: &Self) -> Self {
        check("scatter_add", self.shape(), axis, indices);
        assert!(
            source.shape() == indices.shape(),
            "scatter_add: indices of shape {:?} for a source of shape {:?}",
            indices.shape(),
            source.shape()
        );
        let mut out = pool::take(self.len());
        out.iter_mut().zip(self.array()).for_each(|(out, &x)| *out = x);
        let mut source_iter = source.array().iter();
        places(self.shape(), axis, indices, |at| out[at] += *source_iter.next().expect("one for each index"));
        let value = shape::array(self.shape(), out);
        let operator = ScatterAdd { axis, indices: indices.clone() };
        Self::from_operator(operator, vec![self.clone(), source.clone()], value)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::gather::tests::indices;
    use crate::ops::testing::{array, is_adjoint, shapes};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 1), axis in 0_usize..3, count in 0_usize..5) {
            prop_assume!(axis < shape.len());
            let indices = indices(seed, &shape, axis, count);
            let (a, b) = (array(seed, &shape, -2.0, 2.0), array(seed / 3, indices.shape(), -2.0, 2.0));
            let mut want = a.clone();
            for (at, &index) in indices.indexed_iter() {
                let mut to = at.clone();
                to[axis] = index;
                want[&to] += b[&at];
            }
            let (x, source) = (Tensor::constant(a.clone()), Tensor::constant(b.clone()));
            prop_assert_eq!(x.scatter_add(axis, &indices, &source).to_array(), want);
            prop_assert!(is_adjoint(seed, &b, |b| Tensor::zeros(&shape).scatter_add(axis, &indices, b)));
            // <gather x, s> = <x, scatter s>
            let left = (x.gather(axis, &indices) * &source).sum().item();
            let right = (&x * Tensor::zeros(&shape).scatter_add(axis, &indices, &source)).sum().item();
            prop_assert!((left - right).abs() < 1e-12 * (1.0 + left.abs()));
            let square = |x: &[Tensor<f64>]| { let y = x[0].scatter_add(axis, &indices, &x[1]); &y * &y };
            prop_assert_eq!(gradients(&[a, b], square), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "scatter_add: index 2 along axis 0, whose length is 2")]
    fn outside() {
        let indices = ndarray::array![2].into_dyn().into_shared();
        let _ = Tensor::<f32>::zeros(&[2]).scatter_add(0, &indices, &Tensor::zeros(&[1]));
    }

    #[test]
    #[should_panic(expected = "scatter_add: indices of shape [1] for a source of shape [2]")]
    fn another_source() {
        let indices = ndarray::array![1].into_dyn().into_shared();
        let _ = Tensor::<f32>::zeros(&[2]).scatter_add(0, &indices, &Tensor::zeros(&[2]));
    }
}
