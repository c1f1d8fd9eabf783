//! `y = ln sum_i e^(x_i)` over some axes; `dy/dx_i = w_i = e^(x_i - y)`, and `dw_i/dx_j = w_i (delta_ij - w_j)`

use super::exponentials::{log_sums, reduce};
use crate::rows::{self, Rows};
use crate::{Arguments, Operator, Tensor, elementwise, pool, shape};
use latent_numeric::{Scalar, compiled_here, math};
use ndarray::{Array2, ArrayD};

/// Over the rows of a matrix, to a column.
struct LogSumExp;

impl<E: Scalar> Operator<E> for LogSumExp {
    fn name(&self) -> &'static str {
        "logsumexp"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let x = arguments.input(0);
        let value = weights(x, arguments.output());
        vec![Some(cotangent * Tensor::from_operator(Weights, vec![x.clone()], value))]
    }
}

/// The gradients of the rows.
struct Weights;

impl<E: Scalar> Operator<E> for Weights {
    fn name(&self) -> &'static str {
        "logsumexp weights"
    }

    fn vjp(&self, arguments: Arguments<'_, E>, cotangent: &Tensor<E>) -> Vec<Option<Tensor<E>>> {
        let w = arguments.output();
        let along = (w * cotangent).sum_axes(&[1], true);
        vec![Some(w * (cotangent - along))]
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// `ln sum e^x` over some axes, which vanish, or stay with length one if `keep`.
    ///
    /// Nothing overflows: the largest element is taken out first. Where all elements are `-inf`, or there are none,
    /// the result is `-inf`; an element of `-inf` has a gradient of zero. Where some are `+inf`, so is the result,
    /// and they share the gradient evenly. NaN stays NaN.
    ///
    /// # Panics
    /// If an axis is not below the rank, or named twice.
    #[must_use]
    #[track_caller]
    pub fn logsumexp(&self, axes: &[usize], keep: bool) -> Self {
        let rows = Rows::new("logsumexp", self, axes);
        let values = reduce(&rows.matrix, |_, x, out| logsumexp(x, rows.width(), out));
        let value = Array2::from_shape_vec((values.len(), 1), values).expect("one a row");
        rows.restore(&Self::from_operator(LogSumExp, vec![rows.matrix.clone()], value), keep)
    }
}

fn logsumexp<E: Scalar>(x: &[E], width: usize, out: &mut [E]) {
    if width == 0 {
        return out.fill(E::neg_infinity());
    }
    let mut largest = pool::take(out.len());
    log_sums(x, width, &mut largest, out);
    for ((out, &largest), row) in out.iter_mut().zip(&largest).zip(x.chunks_exact(width)) {
        let infinite = || rows::best(row, E::neg_infinity(), |x, best| x > best);
        *out = if largest.is_finite() { largest + *out } else { infinite() };
    }
    pool::give(largest);
}

/// `e^(x - y)`, zeros where `y` is `-inf`, and even shares of the infinite ones where it is `+inf`.
fn weights<E: Scalar>(x: &Tensor<E>, y: &Tensor<E>) -> ArrayD<E> {
    let row_major = x.array().as_standard_layout();
    let (from, y) = (row_major.as_slice().expect("row-major"), y.array().as_slice().expect("a fresh column"));
    let width = x.shape()[1];
    let mut out = pool::take(x.len());
    if width > 0 {
        elementwise::row_blocks(&mut out, width, |start, out| {
            let (x, y) = (&from[start..start + out.len()], &y[start / width..]);
            differences(x, y, width, out);
            math::exp(out);
            let infinite = |y: E| y == E::infinity() || y == E::neg_infinity();
            for ((w, x), &y) in out.chunks_mut(width).zip(x.chunks(width)).zip(y).filter(|(_, y)| infinite(**y)) {
                let largest = x.iter().filter(|&&x| x == y).count() as f64;
                let share = if y > E::zero() { E::of(largest.recip()) } else { E::zero() };
                w.iter_mut().zip(x).for_each(|(w, &x)| *w = if x == y { share } else { E::zero() });
            }
        });
    }
    shape::array(x.shape(), out)
}

latent_numeric::vectorized! {
    /// `x - y` with a number for each row.
    fn differences<E: Scalar>(x: &[E], y: &[E], width: usize, out: &mut [E]) {
        for ((out, x), &y) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)).zip(y) {
            out.iter_mut().zip(x).for_each(|(out, &x)| *out = x - y);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::gradients;
    use crate::ops::testing::{array, shapes};
    use crate::{GradOptions, Tensor, grad};
    use ndarray::Axis;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(seed: u64, shape in shapes(3, 0), chosen: [bool; 3], keep: bool) {
            let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
            let a = array(seed, &shape, -2.0, 2.0);
            let mut want = a.mapv(f64::exp);
            for &axis in axes.iter().rev() {
                want = want.sum_axis(Axis(axis));
                if keep {
                    want = want.insert_axis(Axis(axis));
                }
            }
            let got = Tensor::constant(a.clone()).logsumexp(&axes, keep);
            prop_assert_eq!(got.shape(), want.shape());
            for (y, sum) in got.array().iter().zip(&want) {
                prop_assert!(*y == sum.ln() || (y - sum.ln()).abs() < 1e-13);
            }
            if axes.iter().all(|&axis| shape[axis] > 0) {
                prop_assert_eq!(gradients(&[a], |x| x[0].logsumexp(&axes, keep)), Ok(()));
            }
        }
    }

    /// The values and first gradients of rows, and second gradients along ones.
    fn orders(rows: ndarray::Array2<f64>) -> [Vec<f64>; 3] {
        let x = Tensor::variable(rows);
        let y = x.logsumexp(&[1], false);
        let first = grad(std::slice::from_ref(&y), std::slice::from_ref(&x), GradOptions::create_graph()).remove(0);
        let second = grad(&[&first * &first], &[x], GradOptions::default()).remove(0);
        [y, first, second].map(|t| t.array().iter().copied().collect())
    }

    #[test]
    fn nothing_overflows() {
        let [y, first, _] = orders(ndarray::array![[1000.0, 1000.0], [-1000.0, -1000.0]]);
        assert_eq!(y, [1000.0 + 2.0_f64.ln(), -1000.0 + 2.0_f64.ln()]);
        assert!(first.iter().all(|w| (w - 0.5).abs() < 1e-13));
    }

    #[test]
    fn infinities() {
        let inf = f64::INFINITY;
        let [y, first, second] = orders(ndarray::array![[-inf, -inf], [-inf, 3.0], [inf, 3.0]]);
        assert_eq!(y, [-inf, 3.0, inf]);
        assert_eq!(first, [0.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
        assert_eq!(second, [0.0; 6]);
    }
}
