//! `y_i = x_i - m - ln sum_k e^(x_k - m)` along an axis, with `m = max x`; `x' = y' - e^y sum y'`

use super::exponentials::{log_sums, row_sums};
use super::softmax::rows_of;
use crate::shape::last;
use crate::{Arguments, Operator, Tensor, elementwise, is_recording, pool, shape};
use latent_numeric::{Scalar, compiled_here, math};

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

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The logarithm of the [`softmax`](Tensor::softmax) along one axis, in nats, without its underflow.
    ///
    /// # Panics
    /// If the axis is not below the rank.
    #[must_use]
    #[track_caller]
    pub fn log_softmax(&self, axis: usize) -> Self {
        let _ = shape::sorted_axes("log_softmax", &[axis], self.shape());
        self.along_last(axis, |x| {
            let value = rows_of(x, |rows, out| log_softmax_rows(rows, last(x.shape()), out));
            Self::from_operator(LogSoftmax, vec![x.clone()], value)
        })
    }
}

fn log_softmax_rows<E: Scalar>(x: &[E], width: usize, out: &mut [E]) {
    let rows = out.len() / width;
    let (mut largest, mut logs) = (pool::take(rows), pool::take(rows));
    log_sums(x, width, &mut largest, &mut logs);
    shifted(x, width, &largest, &logs, out);
    pool::give(largest);
    pool::give(logs);
}

fn pull_back<E: Scalar>(c: &[E], y: &[E], width: usize) -> Vec<E> {
    let mut out = pool::take(c.len());
    elementwise::row_blocks(&mut out, width, |start, out| {
        let (c, y) = (&c[start..start + out.len()], &y[start..start + out.len()]);
        let mut sums = pool::take(out.len() / width);
        row_sums(c, width, &mut sums);
        math::exp_into(y, out);
        minus_share(c, width, &sums, out);
        pool::give(sums);
    });
    out
}

latent_numeric::vectorized! {
    /// `(x - largest) - log` with the two numbers of each row.
    fn shifted<E: Scalar>(x: &[E], width: usize, largest: &[E], logs: &[E], out: &mut [E]) {
        let rows = x.chunks_exact(width).zip(out.chunks_exact_mut(width));
        for (((x, out), &largest), &log) in rows.zip(largest).zip(logs) {
            out.iter_mut().zip(x).for_each(|(out, &x)| *out = (x - largest) - log);
        }
    }

    /// `c - out sum` with the sum of each row.
    fn minus_share<E: Scalar>(c: &[E], width: usize, sums: &[E], out: &mut [E]) {
        for ((c, out), &sum) in c.chunks_exact(width).zip(out.chunks_exact_mut(width)).zip(sums) {
            out.iter_mut().zip(c).for_each(|(out, &c)| *out = c - *out * sum);
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
