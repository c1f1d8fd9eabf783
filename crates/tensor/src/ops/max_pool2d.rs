//! `y[n, c, r, q] = max over i < k, j < l of x[n, c, s r - p + i, s q - p + j]`
//!
//! The operator takes the elements at the indices of the maxima, which are constants: a linear map of the input, so
//! the rule is its adjoint and every order is exact away from ties.

use crate::linear::{self, PlaneMap, each_pair};
use crate::{Tensor, pool};
use latent_numeric::{Scalar, compiled_here};
use std::ops::Range;

/// The windows of a pooling; pairs are (height, width).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool2dOptions {
    /// Pixels of a window.
    pub kernel: [usize; 2],
    /// Pixels between neighbouring windows.
    pub stride: [usize; 2],
    /// Pixels before and after the image, at most half of the kernel.
    pub padding: [usize; 2],
}

impl Pool2dOptions {
    /// Windows side by side, without padding.
    pub fn new(kernel: [usize; 2]) -> Self {
        Self { kernel, stride: kernel, padding: [0; 2] }
    }
}

/// The windows on a plane.
pub(super) struct Windows {
    options: Pool2dOptions,
    pub input: [usize; 2],
    pub output: [usize; 2],
    /// For each column of a window, the output columns for which it is in the image, and where in it the first is.
    columns: Vec<(Range<usize>, usize)>,
}

impl Windows {
    #[track_caller]
    pub fn new(operator: &str, shape: &[usize], options: Pool2dOptions) -> Self {
        let Pool2dOptions { kernel, stride, padding } = options;
        let fits = shape.len() == 4
            && (0..2).all(|a| {
                kernel[a] > 0
                    && stride[a] > 0
                    && 2 * padding[a] <= kernel[a]
                    && shape[2 + a] > 0
                    && kernel[a] <= shape[2 + a] + 2 * padding[a]
            });
        assert!(
            fits,
            "{operator}: windows {options:?} on the shape {shape:?}: four axes, a kernel no larger than the padded \
             image, a positive stride and a padding of at most half of the kernel are needed"
        );
        let input = [shape[2], shape[3]];
        let output = [0, 1].map(|a| (input[a] + 2 * padding[a] - kernel[a]) / stride[a] + 1);
        let inside = |column: usize| {
            let first = padding[1].saturating_sub(column).div_ceil(stride[1]);
            let end = (input[1] + padding[1]).saturating_sub(column).div_ceil(stride[1]).min(output[1]);
            (first < end).then(|| (first..end, first * stride[1] + column - padding[1]))
        };
        let columns = (0..kernel[1]).filter_map(inside).collect();
        Self { options, input, output, columns }
    }

    /// Pixels of a window, padding included.
    pub fn area(&self) -> usize {
        self.options.kernel.iter().product()
    }

    /// Pixels between neighbouring columns of windows.
    pub fn stride(&self) -> usize {
        self.options.stride[1]
    }

    /// The first input pixel in a window.
    #[inline(always)]
    fn first(&self, row: usize, column: usize) -> usize {
        let [row, column] = [(0, row), (1, column)]
            .map(|(axis, at)| (at * self.options.stride[axis]).saturating_sub(self.options.padding[axis]));
        row * self.input[1] + column
    }

    /// For a row of windows, calls `f(columns, pixel)` for each place in a window, in row-major order: which windows
    /// have that place in the image, and the input pixel there of the first of them.
    #[inline(always)]
    pub fn places(&self, row: usize, mut f: impl FnMut(Range<usize>, usize)) {
        let Pool2dOptions { kernel, stride, padding } = self.options;
        let start = row * stride[0];
        for row in start.saturating_sub(padding[0])..(start + kernel[0] - padding[0]).min(self.input[0]) {
            for (columns, first) in &self.columns {
                f(columns.clone(), row * self.input[1] + first);
            }
        }
    }
}

/// Calls `f(i, a, b, c)` with corresponding elements of two slices and of every `stride`-th of another.
#[inline(always)]
pub(super) fn strided<T, E: Scalar>(
    a: &mut [E],
    b: &mut [T],
    c: &[E],
    stride: usize,
    mut f: impl FnMut(usize, &mut E, &mut T, E),
) {
    match stride {
        1 => a.iter_mut().zip(b).zip(c).enumerate().for_each(|(i, ((a, b), &c))| f(i, a, b, c)),
        2 => {
            let (pairs, last) = c.as_chunks::<2>();
            let whole = pairs.len().min(a.len());
            let ((a, a_rest), (b, b_rest)) = (a.split_at_mut(whole), b.split_at_mut(whole));
            a.iter_mut().zip(b).zip(pairs).enumerate().for_each(|(i, ((a, b), c))| f(i, a, b, c[0]));
            a_rest.iter_mut().zip(b_rest).zip(last).for_each(|((a, b), &c)| f(whole, a, b, c));
        }
        _ => a.iter_mut().zip(b).zip(c.iter().step_by(stride)).enumerate().for_each(|(i, ((a, b), &c))| f(i, a, b, c)),
    }
}

/// Takes one pixel of the input plane for each of the output plane.
struct Selection {
    input: [usize; 2],
    output: [usize; 2],
    /// For each element of the output, the pixel in its plane of the input.
    indices: Vec<u32>,
}

impl Selection {
    fn plane(&self, plane: usize) -> &[u32] {
        let len = self.output[0] * self.output[1];
        &self.indices[plane * len..(plane + 1) * len]
    }
}

impl Drop for Selection {
    fn drop(&mut self) {
        pool::give(std::mem::take(&mut self.indices));
    }
}

impl PlaneMap for Selection {
    const NAMES: [&'static str; 2] = ["max_pool2d", "max_pool2d_adjoint"];

    fn sizes(&self) -> [[usize; 2]; 2] {
        [self.input, self.output]
    }

    fn apply<E: Scalar>(&self, plane: usize, input: &[E], output: &mut [E]) {
        for (output, &index) in output.iter_mut().zip(self.plane(plane)) {
            *output = input[index as usize];
        }
    }

    fn adjoint<E: Scalar>(&self, plane: usize, output: &[E], input: &mut [E]) {
        for (&output, &index) in output.iter().zip(self.plane(plane)) {
            input[index as usize] += output;
        }
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The maximum of each window; padding is never the maximum.
    ///
    /// Of equal maxima the first in row-major order counts, and has the whole gradient. A window with a NaN gives NaN.
    ///
    /// # Shapes
    /// (N, C, H, W) gives (N, C, H', W'), `H' = floor((H + 2 padding - kernel) / stride) + 1`.
    ///
    /// # Panics
    /// If there are not four axes, the kernel is larger than the padded image, or the padding than half of the kernel.
    #[must_use]
    #[track_caller]
    pub fn max_pool2d(&self, options: Pool2dOptions) -> Self {
        let windows = Windows::new("max_pool2d", self.shape(), options);
        let array = self.array().as_standard_layout();
        let values = array.as_slice().expect("row-major");
        let [from, to] = [windows.input, windows.output].map(|[h, w]| h * w);
        assert!(u32::try_from(from).is_ok(), "max_pool2d: the planes of the shape {:?} are too large", self.shape());
        let count = self.shape()[0] * self.shape()[1] * to;
        let (mut indices, mut best) = (pool::take(count), pool::take(count));
        each_pair(&mut indices, &mut best, to, values.len(), |plane, indices, best| {
            select(&windows, &values[plane * from..(plane + 1) * from], indices, best);
        });
        linear::applied(Selection { input: windows.input, output: windows.output, indices }, self, best)
    }
}

latent_numeric::vectorized! {
    /// The first maximum of each window of a plane, or the first NaN, and where it is.
    fn select<E: Scalar>(windows: &Windows, input: &[E], indices: &mut [u32], best: &mut [E]) {
        let (stride, width) = (windows.stride(), windows.output[1]);
        let rows = indices.chunks_exact_mut(width).zip(best.chunks_exact_mut(width)).enumerate();
        for (row, (indices, best)) in rows {
            for (column, (index, best)) in indices.iter_mut().zip(best.iter_mut()).enumerate() {
                let first = windows.first(row, column);
                (*index, *best) = (first as u32, input[first]);
            }
            windows.places(row, |columns, pixel| {
                let best = &mut best[columns.clone()];
                strided(best, &mut indices[columns], &input[pixel..], stride, |i, best, index, x| {
                    // Without branches: which way they would go is chance.
                    let better = (x > *best) | (x.is_nan() & !best.is_nan());
                    *best = if better { x } else { *best };
                    *index = if better { (pixel + i * stride) as u32 } else { *index };
                });
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pool2dOptions;
    use crate::check::gradients;
    use crate::linear::testing::same_bits;
    use crate::ops::testing::zeros;
    use crate::{GradOptions, Tensor, grad};
    use latent_numeric::random::Stream;
    use ndarray::{ArrayD, IxDyn, array};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(
            seed: u64, n in 0_usize..3, c in 1_usize..3, size in [3_usize..7, 3_usize..7], columns_first: bool,
            kernel in [1_usize..4, 1_usize..4], stride in [1_usize..4, 1_usize..4], pad in [0_usize..2, 0_usize..2],
        ) {
            let padding = [0, 1].map(|a| pad[a].min(kernel[a] / 2));
            let options = Pool2dOptions { kernel, stride, padding };
            // All elements differ by 0.05 or more, so that no step of the check meets a tie.
            let shape = [n, c, size[0], size[1]];
            let len = shape.iter().product::<usize>();
            let order = Stream::new(seed, "order", &[]).permutation(len);
            let values: Vec<f64> = order.iter().map(|&i| 0.05 * i as f64 - 2.0).collect();
            let a = if columns_first {
                let reversed = ArrayD::from_shape_vec(IxDyn(&[size[1], size[0], c, n]), values).unwrap();
                reversed.reversed_axes()
            } else {
                ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap()
            };
            let out = [0, 1].map(|a| (size[a] + 2 * padding[a] - kernel[a]) / stride[a] + 1);
            let mut want = zeros(&[n, c, out[0], out[1]]) + f64::NEG_INFINITY;
            for (at, y) in want.indexed_iter_mut() {
                for i in 0..kernel[0] {
                    for j in 0..kernel[1] {
                        let u = (at[2] * stride[0] + i).wrapping_sub(padding[0]);
                        let v = (at[3] * stride[1] + j).wrapping_sub(padding[1]);
                        *y = y.max(*a.get([at[0], at[1], u, v]).unwrap_or(&f64::NEG_INFINITY));
                    }
                }
            }
            prop_assert_eq!(Tensor::constant(a.clone()).max_pool2d(options).to_array(), want);
            prop_assert_eq!(gradients(&[a], |x| { let y = x[0].max_pool2d(options); &y * &y }), Ok(()));
        }
    }

    #[test]
    fn ties_and_nan() {
        let x = Tensor::variable(array![[[[1.0, 3.0, f64::NAN, 0.0], [3.0, 2.0, 9.0, 9.0]]]]);
        let y = x.max_pool2d(Pool2dOptions::new([2, 2]));
        assert!(y.array()[[0, 0, 0, 0]] == 3.0 && y.array()[[0, 0, 0, 1]].is_nan());
        let slope = grad(&[y], &[x], GradOptions::default()).remove(0);
        assert_eq!(slope.to_array(), array![[[[0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]]].into_dyn());
    }

    #[test]
    fn the_same_bits_on_any_number_of_threads() {
        let x = Tensor::normal(&[5, 7, 36, 35], &mut Stream::new(3, "images", &[]));
        let overlapping = Pool2dOptions { kernel: [3, 2], stride: [2, 1], padding: [1, 0] };
        for options in [Pool2dOptions::new([2, 2]), overlapping] {
            same_bits(&x, |x| x.max_pool2d(options));
        }
    }

    #[test]
    #[should_panic(
        expected = "max_pool2d: windows Pool2dOptions { kernel: [2, 2], stride: [2, 2], padding: [2, 0] } on \
                               the shape [1, 1, 4, 4]"
    )]
    fn padding_that_is_too_large() {
        let options = Pool2dOptions { padding: [2, 0], ..Pool2dOptions::new([2, 2]) };
        let _ = Tensor::<f32>::zeros(&[1, 1, 4, 4]).max_pool2d(options);
    }
}
