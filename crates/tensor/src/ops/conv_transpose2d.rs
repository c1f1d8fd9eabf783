//! `x[n, c, u, v] = sum over o, r, q, i, j with u = s r - p + d i, v = s q - p + d j of y[n, o, r, q] w[o, c, i, j]`,
//! the gradient of the trilinear form of convolution with respect to its input.

use super::conv2d::{Slot, check_bias, contract};
use crate::Tensor;
use latent_numeric::conv::Geometry;
use latent_numeric::{Scalar, compiled_here};

/// The convolution that [`Tensor::conv_transpose2d`] is the transpose of; pairs are (height, width).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvTranspose2dOptions {
    /// Output pixels between those of neighbouring input pixels.
    pub stride: [usize; 2],
    /// Pixels cut off before and after the output.
    pub padding: [usize; 2],
    /// Pixels added after the output, below the stride or the dilation: which of the sizes that a convolution takes
    /// to the same one is meant.
    pub output_padding: [usize; 2],
    /// Output pixels between neighbouring taps of the kernel.
    pub dilation: [usize; 2],
    /// Groups of channels; outputs see the inputs of their own group alone.
    pub groups: usize,
}

impl Default for ConvTranspose2dOptions {
    /// Stride 1, no padding, dilation 1, one group.
    fn default() -> Self {
        Self { stride: [1; 2], padding: [0; 2], output_padding: [0; 2], dilation: [1; 2], groups: 1 }
    }
}

#[compiled_here]
impl<E: Scalar> Tensor<E> {
    /// The transposed convolution, plus a bias for each output channel.
    ///
    /// The adjoint of [`conv2d`](Self::conv2d) with the same weight, as a linear map of images.
    ///
    /// # Shapes
    /// (N, C, H, W) with a weight (C, O / groups, kernel height, kernel width) and a bias (O) gives (N, O, H', W'),
    /// `H' = (H - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1`.
    ///
    /// # Panics
    /// If the channels, groups or bias do not fit, the output would be empty, or an output padding is not below the
    /// stride or the dilation.
    #[must_use]
    #[track_caller]
    pub fn conv_transpose2d(&self, weight: &Self, bias: Option<&Self>, options: ConvTranspose2dOptions) -> Self {
        let ConvTranspose2dOptions { stride, padding, output_padding, dilation, groups } = options;
        let (y, w) = (self.shape(), weight.shape());
        let moves = (0..2).all(|a| stride[a] > 0 && dilation[a] > 0 && output_padding[a] < stride[a].max(dilation[a]));
        assert!(
            moves && groups > 0,
            "conv_transpose2d: strides, dilations and groups must be positive, and the output padding below the \
             stride or the dilation: {options:?}"
        );
        let fits = y.len() == 4
            && w.len() == 4
            && y[1] == w[0]
            && w[0].is_multiple_of(groups)
            && [y[2], y[3], w[2], w[3]].iter().all(|&n| n > 0);
        assert!(fits, "conv_transpose2d: an input of shape {y:?} and a weight of shape {w:?} in {groups} group(s)");
        let image = [0, 1].map(|a| {
            let span = (y[2 + a] - 1) * stride[a] + dilation[a] * (w[2 + a] - 1) + output_padding[a] + 1;
            assert!(
                span > 2 * padding[a],
                "conv_transpose2d: nothing is left of an input of shape {y:?} and a weight of shape {w:?} with padding \
                 {padding:?}"
            );
            span - 2 * padding[a]
        });
        let geometry = Geometry {
            samples: y[0],
            groups,
            in_channels: w[1] * groups,
            out_channels: y[1],
            input: image,
            output: [y[2], y[3]],
            kernel: [w[2], w[3]],
            stride,
            padding,
            dilation,
        };
        check_bias("conv_transpose2d", bias, &geometry.input_shape());
        contract(geometry, Slot::Input, [weight, self], bias)
    }
}

#[cfg(test)]
mod tests {
    use super::ConvTranspose2dOptions;
    use crate::Tensor;
    use crate::check::gradients;
    use crate::ops::Conv2dOptions;
    use crate::ops::testing::{array, zeros};
    use proptest::prelude::*;

    fn pair(from: usize, to: usize) -> impl Strategy<Value = [usize; 2]> {
        [from..to, from..to]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn value_and_gradients(
            seed: u64, (n, groups, c, o) in (0_usize..3, 1_usize..3, 1_usize..3, 1_usize..3), size in pair(1, 4),
            kernel in pair(1, 4), stride in pair(1, 4), padding in pair(0, 2), dilation in pair(1, 3), extra in pair(0, 3),
        ) {
            let output_padding = [0, 1].map(|a| extra[a].min(stride[a].max(dilation[a]) - 1));
            let span = [0, 1].map(|a| (size[a] - 1) * stride[a] + dilation[a] * (kernel[a] - 1) + output_padding[a] + 1);
            let padding = [0, 1].map(|a| padding[a].min((span[a] - 1) / 2));
            let options = ConvTranspose2dOptions { stride, padding, output_padding, dilation, groups };
            let x = array(seed, &[n, groups * c, size[0], size[1]], -2.0, 2.0);
            let w = array(seed / 3, &[groups * c, o, kernel[0], kernel[1]], -2.0, 2.0);
            let b = array(seed / 9, &[groups * o], -2.0, 2.0);
            let mut want = zeros(&[n, groups * o, span[0] - 2 * padding[0], span[1] - 2 * padding[1]]);
            for (at, y) in want.indexed_iter_mut() {
                *y = b[at[1]];
            }
            for (at, &x) in x.indexed_iter() {
                for to in 0..o {
                    for i in 0..kernel[0] {
                        for j in 0..kernel[1] {
                            let u = (at[2] * stride[0] + i * dilation[0]).wrapping_sub(padding[0]);
                            let v = (at[3] * stride[1] + j * dilation[1]).wrapping_sub(padding[1]);
                            if let Some(y) = want.get_mut([at[0], at[1] / c * o + to, u, v]) {
                                *y += x * w[[at[1], to, i, j]];
                            }
                        }
                    }
                }
            }
            let f = |x: &[Tensor<f64>]| x[0].conv_transpose2d(&x[1], Some(&x[2]), options);
            let got = f(&[&x, &w, &b].map(|a| Tensor::constant(a.clone()))).to_array();
            prop_assert_eq!(got.shape(), want.shape());
            prop_assert!(got.iter().zip(&want).all(|(x, y)| (x - y).abs() < 1e-12));
            prop_assert_eq!(gradients(&[x, w, b], f), Ok(()));
        }
    }

    #[test]
    fn adjoint_of_conv2d() {
        let x = Tensor::constant(array(1, &[2, 4, 9, 8], -1.0, 1.0));
        let w = Tensor::constant(array(2, &[6, 2, 3, 4], -1.0, 1.0));
        let options = Conv2dOptions { stride: [2, 3], padding: [1, 2], dilation: [1, 1], groups: 2 };
        let ax = x.conv2d(&w, None, options);
        let y = Tensor::constant(array(3, ax.shape(), -1.0, 1.0));
        let Conv2dOptions { stride, padding, dilation, groups } = options;
        let options = ConvTranspose2dOptions { stride, padding, output_padding: [0, 2], dilation, groups };
        let aty = y.conv_transpose2d(&w, None, options);
        assert!(((ax * y).sum().item() - (aty * x).sum().item()).abs() < 1e-10);
    }

    #[test]
    #[should_panic(
        expected = "conv_transpose2d: an input of shape [1, 3, 5, 5] and a weight of shape [4, 2, 3, 3] in 1 group(s)"
    )]
    fn channels_that_do_not_fit() {
        let w = Tensor::zeros(&[4, 2, 3, 3]);
        let _ = Tensor::<f32>::zeros(&[1, 3, 5, 5]).conv_transpose2d(&w, None, ConvTranspose2dOptions::default());
    }

    #[test]
    #[should_panic(expected = "conv_transpose2d: a bias of shape [3] for an output of shape [1, 2, 7, 7]")]
    fn a_bias_that_does_not_fit() {
        let w = Tensor::zeros(&[4, 2, 3, 3]);
        let options = ConvTranspose2dOptions::default();
        let _ = Tensor::<f32>::zeros(&[1, 4, 5, 5]).conv_transpose2d(&w, Some(&Tensor::zeros(&[3])), options);
    }
}
