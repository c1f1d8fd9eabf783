//! `y_i = e^(x_i - m) / sum_k e^(x_k - m)` along an axis, with `m = max x`; `x' = y (y' - <y, y'>)`

use super::exponentials::{exponentials, row_sums, scale_rows};
use crate::shape::last;
use crate::{Arguments, Operator, Tensor, elementwise, is_recording, pool, shape};
use latent_numeric::{Scalar, compiled_here};
use ndarray::ArrayD;

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

#[compiled_here]
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
            let value = rows_of(x, |x_rows, out| softmax_rows(x_rows, last(x.shape()), out));
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

/// Writes `f(x, out)` for blocks of rows along the last axis.
pub(super) fn rows_of<E: Scalar>(x: &Tensor<E>, f: impl Fn(&[E], &mut [E]) + Sync) -> ArrayD<E> {
    let row_major = x.array().as_standard_layout();
    let values = row_major.as_slice().expect("row-major");
    let mut out = pool::take(values.len());
    elementwise::row_blocks(&mut out, last(x.shape()), |start, out| f(&values[start..start + out.len()], out));
    shape::array(x.shape(), out)
}

/// The softmax of each row of `x`.
pub(super) fn softmax_rows<E: Scalar>(x: &[E], width: usize, out: &mut [E]) {
    let rows = out.len() / width;
    let (mut largest, mut sums) = (pool::take(rows), pool::take(rows));
    exponentials(x, width, out, &mut largest, &mut sums);
    sums.iter_mut().for_each(|sum| *sum = E::one() / *sum);
    scale_rows(out, width, &sums);
    pool::give(largest);
    pool::give(sums);
}

fn pull_back<E: Scalar>(c: &[E], y: &[E], width: usize) -> Vec<E> {
    let mut out = pool::take(c.len());
    elementwise::row_blocks(&mut out, width, |start, out| {
        let (c, y) = (&c[start..start + out.len()], &y[start..start + out.len()]);
        let mut means = pool::take(out.len() / width);
        products(c, y, out);
        row_sums(out, width, &mut means);
        centred(c, y, width, &means, out);
        pool::give(means);
    });
    out
}

latent_numeric::vectorized! {
    fn products<E: Scalar>(c: &[E], y: &[E], out: &mut [E]) {
        out.iter_mut().zip(c).zip(y).for_each(|((out, &c), &y)| *out = c * y);
    }

    /// `y (c - mean)` with the mean of each row.
    fn centred<E: Scalar>(c: &[E], y: &[E], width: usize, means: &[E], out: &mut [E]) {
        let rows = c.chunks_exact(width).zip(y.chunks_exact(width)).zip(out.chunks_exact_mut(width));
        for (((c, y), out), &mean) in rows.zip(means) {
            out.iter_mut().zip(c).zip(y).for_each(|((out, &c), &y)| *out = y * (c - mean));
        }
    }
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
