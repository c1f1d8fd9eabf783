//! `y[n, c, r, q] = (1 / (k l)) sum over i < k, j < l of x[n, c, s r - p + i, s q - p + j]`

use super::max_pool2d::{Windows, strided};
use crate::linear::{self, PlaneMap};
use crate::{Tensor, ops::Pool2dOptions};
use latent_numeric::{Scalar, compiled_here};
use std::sync::Arc;

struct Average {
    windows: Windows,
}

impl PlaneMap for Average {
    const NAMES: [&'static str; 2] = ["avg_pool2d", "avg_pool2d_adjoint"];

    fn sizes(&self) -> [[usize; 2]; 2] {
        [self.windows.input, self.windows.output]
    }

    fn apply<E: Scalar>(&self, _: usize, input: &[E], output: &mut [E]) {
        average(&self.windows, input, output);
    }

    fn adjoint<E: Scalar>(&self, _: usize, output: &[E], input: &mut [E]) {
        spread(&self.windows, output, input);
    }
}

latent_numeric::vectorized! {
    fn average<E: Scalar>(windows: &Windows, input: &[E], output: &mut [E]) {
        let area = E::of(windows.area() as f64);
        for (row, output) in output.chunks_exact_mut(windows.output[1]).enumerate() {
            output.fill(E::zero());
            windows.places(row, |columns, pixel| {
                let mut nothing = vec![(); columns.len()];
                let sums = &mut output[columns];
                strided(sums, &mut nothing, &input[pixel..], windows.stride(), |_, sum, (), x| *sum += x);
            });
            output.iter_mut().for_each(|sum| *sum /= area);
        }
    }

    fn spread<E: Scalar>(windows: &Windows, output: &[E], input: &mut [E]) {
        let area = E::of(windows.area() as f64);
        for (row, output) in output.chunks_exact(windows.output[1]).enumerate() {
            windows.places(row, |columns, pixel| {
                let (shares, input) = (&output[columns], &mut input[pixel..]);
                match windows.stride() {
                    1 => input.iter_mut().zip(shares).for_each(|(x, &share)| *x += share / area),
                    2 => {
                        let pixels = input.chunks_mut(2).zip(shares);
                        pixels.for_each(|(pixels, &share)| pixels[0] += share / area);
                    }
                    stride => {
                        let pixels = input.iter_mut().step_by(stride).zip(shares);
                        pixels.for_each(|(x, &share)| *x += share / area);
                    }
                }
            });
        }
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The average of each window. Padding counts as zeros: every sum is divided by the area of the whole kernel.
    ///
    /// # Shapes
    /// (N, C, H, W) gives (N, C, H', W'), `H' = floor((H + 2 padding - kernel) / stride) + 1`.
    ///
    /// # Panics
    /// If there are not four axes, the kernel is larger than the padded image, or the padding than half of the kernel.
    #[must_use]
    #[track_caller]
    pub fn avg_pool2d(&self, options: Pool2dOptions) -> Self {
        let windows = Windows::new("avg_pool2d", self.shape(), options);
        linear::apply(&Arc::new(Average { windows }), self, false)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::check::gradients;
    use crate::linear::testing::{adjoint_gap, same_bits};
    use crate::ops::Pool2dOptions;
    use crate::ops::testing::{array, zeros};
    use latent_numeric::random::Stream;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(
            seed: u64, n in 0_usize..3, c in 1_usize..3, size in [3_usize..7, 3_usize..7],
            kernel in [1_usize..4, 1_usize..4], stride in [1_usize..4, 1_usize..4], pad in [0_usize..2, 0_usize..2],
        ) {
            let padding = [0, 1].map(|a| pad[a].min(kernel[a] / 2));
            let options = Pool2dOptions { kernel, stride, padding };
            let a = array(seed, &[n, c, size[0], size[1]], -2.0, 2.0);
            let out = [0, 1].map(|a| (size[a] + 2 * padding[a] - kernel[a]) / stride[a] + 1);
            let mut want = zeros(&[n, c, out[0], out[1]]);
            for (at, y) in want.indexed_iter_mut() {
                for i in 0..kernel[0] {
                    for j in 0..kernel[1] {
                        let u = (at[2] * stride[0] + i).wrapping_sub(padding[0]);
                        let v = (at[3] * stride[1] + j).wrapping_sub(padding[1]);
                        *y += a.get([at[0], at[1], u, v]).unwrap_or(&0.0) / (kernel[0] * kernel[1]) as f64;
                    }
                }
            }
            let x = Tensor::constant(a.clone());
            let got = x.avg_pool2d(options);
            prop_assert_eq!(got.shape(), want.shape());
            prop_assert!(got.array().iter().zip(&want).all(|(x, y)| (x - y).abs() < 1e-13));
            let y = Tensor::constant(array(seed / 3, got.shape(), -2.0, 2.0));
            prop_assert!(adjoint_gap(&x, &y, |x| x.avg_pool2d(options)) < 1e-11);
            prop_assert_eq!(gradients(&[a], |x| { let y = x[0].avg_pool2d(options); &y * &y }), Ok(()));
        }
    }

    #[test]
    fn the_same_bits_on_any_number_of_threads() {
        let x = Tensor::normal(&[5, 7, 36, 35], &mut Stream::new(3, "images", &[]));
        let overlapping = Pool2dOptions { kernel: [3, 2], stride: [2, 1], padding: [1, 0] };
        for options in [Pool2dOptions::new([2, 2]), overlapping] {
            same_bits(&x, |x| x.avg_pool2d(options));
        }
    }

    #[test]
    #[should_panic(
        expected = "avg_pool2d: windows Pool2dOptions { kernel: [3, 3], stride: [3, 3], padding: [0, 0] } on \
                               the shape [1, 1, 2, 5]"
    )]
    fn a_kernel_that_is_too_large() {
        let _ = Tensor::<f32>::zeros(&[1, 1, 2, 5]).avg_pool2d(Pool2dOptions::new([3, 3]));
    }
}
