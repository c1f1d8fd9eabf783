//! `y_i = x_i - m - ln sum_k e^(x_k - m)` along an axis, with `m = max x`; `x' = y' - e^y sum y'`

use super::softmax::{largest, last};
use crate::{Arguments, Operator, Tensor, elementwise, is_recording, pool, shape};
use latent_numeric::{Scalar, math, parallel};
use ndarray::ArrayD;

/// Along the last axis.
struct LogSoftmax;

impl<E: Scalar> Operator<E> for LogSoftmax {
    fn name(&self) -> &'static str {
        "log_softmax"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let y = arguments.output();
        if !is_recording()
            && let (Some(c), Some(y)) = (cotangent.array().as_slice(), y.array().as_slice())
        {
            return vec![Some(Tensor::from_buffer(cotangent.shape(), pull_back(c, y, last(cotangent.shape()))))];
        }
        vec![Some(cotangent - y.exp() * cotangent.sum_axes(&[y.rank() - 1], true))]
    }
}

impl<E: Scalar> Tensor<E> {
    /// The logarithm of the [`softmax`](Tensor::softmax) along one axis, in nats, without its underflow.
    ///
    /// # Panics
    /// If the axis is not below the rank.
    #[must_use]
    #[track_caller]
    pub fn log_softmax(&self, axis: usize) -> Self {
        let _ = shape::sorted_axes("log_softmax", &[axis], self.shape());
        self.along_last(axis, |x| Self::from_operator(LogSoftmax, vec![x.clone()], rows_of(x, log_softmax_rows)))
    }
}

/// Applies `f(x, width, out)` to blocks of rows along the last axis.
pub(super) fn rows_of<E: Scalar>(x: &Tensor<E>, f: impl Fn(&[E], usize, &mut [E]) + Sync) -> ArrayD<E> {
    let width = last(x.shape());
    let row_major = x.array().as_standard_layout();
    let values = row_major.as_slice().expect("row-major");
    let mut out = pool::take(values.len());
    elementwise::row_blocks(&mut out, width, |start, out| f(&values[start..start + out.len()], width, out));
    shape::array(x.shape(), out)
}

fn log_softmax_rows<E: Scalar>(x: &[E], width: usize, out: &mut [E]) {
    let mut exp = pool::take(out.len());
    for (x, out) in x.chunks(width).zip(out.chunks_mut(width)) {
        let largest = largest(x);
        x.iter().zip(out).for_each(|(&x, out)| *out = x - largest);
    }
    math::exp_into(out, &mut exp);
    for (exp, out) in exp.chunks(width).zip(out.chunks_mut(width)) {
        let log_sum = parallel::sum(exp).ln();
        out.iter_mut().for_each(|out| *out -= log_sum);
    }
    pool::give(exp);
}

fn pull_back<E: Scalar>(c: &[E], y: &[E], width: usize) -> Vec<E> {
    let mut out = pool::take(c.len());
    elementwise::row_blocks(&mut out, width, |start, out| {
        let end = start + out.len();
        math::exp_into(&y[start..end], out);
        for (c, out) in c[start..end].chunks(width).zip(out.chunks_mut(width)) {
            let sum = parallel::sum(c);
            out.iter_mut().zip(c).for_each(|(out, &c)| *out = c - *out * sum);
        }
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
            let want = &a - &a.mapv(f64::exp).sum_axis(Axis(axis)).insert_axis(Axis(axis)).mapv(f64::ln);
            prop_assert!(distance(&Tensor::constant(a.clone()).log_softmax(axis).to_array(), &want) < 1e-14);
            prop_assert_eq!(gradients(&[a], |x| x[0].log_softmax(axis)), Ok(()));
        }
    }

    #[test]
    fn nothing_underflows() {
        let y = Tensor::constant(array![1000.0, 0.0]).log_softmax(0).to_array();
        assert_eq!(y, array![0.0, -1000.0].into_dyn());
    }

    #[test]
    #[should_panic(expected = "log_softmax: axes [0] of the shape []")]
    fn an_axis_that_is_not() {
        let _ = Tensor::<f32>::zeros(&[]).log_softmax(0);
    }
}
