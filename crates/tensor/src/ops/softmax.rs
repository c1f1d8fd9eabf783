//! `y_i = e^(x_i - m) / sum_k e^(x_k - m)` along an axis, with `m = max x`; `x' = y (y' - <y, y'>)`

use crate::{Arguments, Operator, Tensor, elementwise, is_recording, pool, shape};
use latent_numeric::{Scalar, math, parallel};

/// Along the last axis.
struct Softmax;

impl<E: Scalar> Operator<E> for Softmax {
    fn name(&self) -> &'static str {
        "softmax"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let y = arguments.output();
        if !is_recording()
            && let (Some(c), Some(y)) = (cotangent.array().as_slice(), y.array().as_slice())
        {
            return vec![Some(Tensor::from_buffer(cotangent.shape(), pull_back(c, y, last(cotangent.shape()))))];
        }
        let weighted = cotangent * y;
        let mean = weighted.sum_axes(&[y.rank() - 1], true);
        vec![Some(weighted - y * mean)]
    }
}

impl<E: Scalar> Tensor<E> {
    /// The softmax along one axis: positive numbers that sum to one. Large elements do not overflow.
    ///
    /// # Panics
    /// If the axis is not below the rank.
    #[must_use]
    #[track_caller]
    pub fn softmax(&self, axis: usize) -> Self {
        let _ = shape::sorted_axes("softmax", &[axis], self.shape());
        self.along_last(axis, |x| {
            let value = super::log_softmax::rows_of(x, softmax_rows);
            Self::from_operator(Softmax, vec![x.clone()], value)
        })
    }

    /// Applies `f`, which works along the last axis and keeps the shape, along another.
    pub(super) fn along_last(&self, axis: usize, f: impl FnOnce(&Self) -> Self) -> Self {
        let last = self.rank() - 1;
        if axis == last {
            return f(self);
        }
        let mut axes: Vec<usize> = (0..=last).collect();
        axes.swap(axis, last);
        f(&self.permute(&axes)).permute(&axes)
    }
}

pub(super) fn last(shape: &[usize]) -> usize {
    *shape.last().expect("an axis was checked")
}

/// The largest of a row; NaN is passed over.
pub(super) fn largest<E: Scalar>(row: &[E]) -> E {
    row.iter().fold(E::neg_infinity(), |largest, &x| if x > largest { x } else { largest })
}

/// The softmax of each row of `x`.
pub(super) fn softmax_rows<E: Scalar>(x: &[E], width: usize, out: &mut [E]) {
    for (x, out) in x.chunks(width).zip(out.chunks_mut(width)) {
        let largest = largest(x);
        x.iter().zip(out).for_each(|(&x, out)| *out = x - largest);
    }
    math::exp(out);
    for out in out.chunks_mut(width) {
        let scale = E::one() / parallel::sum(out);
        out.iter_mut().for_each(|out| *out *= scale);
    }
}

fn pull_back<E: Scalar>(c: &[E], y: &[E], width: usize) -> Vec<E> {
    let mut out = pool::take(c.len());
    elementwise::rows(&mut out, width, |start, out| {
        let (c, y) = (&c[start..start + width], &y[start..start + width]);
        let mean = parallel::dot(c, y);
        out.iter_mut().zip(c).zip(y).for_each(|((out, &c), &y)| *out = y * (c - mean));
    });
    out
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::testing::{array, distance, shapes};
    use ndarray::{Axis, array};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0), axis in 0_usize..3) {
            prop_assume!(!shape.is_empty());
            let axis = axis % shape.len();
            let a = array(seed, &shape, -3.0, 3.0);
            let exp = a.mapv(f64::exp);
            let want = &exp / &exp.sum_axis(Axis(axis)).insert_axis(Axis(axis));
            prop_assert!(distance(&Tensor::constant(a.clone()).softmax(axis).to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].softmax(axis)), Ok(()));
        }
    }

    #[test]
    fn nothing_overflows_and_nan_stays() {
        let y = Tensor::constant(array![[1e300, 0.0, 1e300], [1.0, f64::NAN, 2.0]]).softmax(1).to_array();
        assert_eq!(y.index_axis(Axis(0), 0), array![0.5, 0.0, 0.5].into_dyn());
        assert!(y.index_axis(Axis(0), 1).iter().all(|y| y.is_nan()));
    }

    #[test]
    #[should_panic(expected = "softmax: axes [2] of the shape [2, 3]")]
    fn an_axis_that_is_not() {
        let _ = Tensor::<f32>::zeros(&[2, 3]).softmax(2);
    }
}
