//! The linear map that a weight stands for.

use latent_layers::LayerError;
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use latent_tensor::ops::{Conv2dOptions, ConvTranspose2dOptions};

/// Which linear map `A` a weight stands for: whose norm is its spectral norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightOperator {
    /// The matrix with a row for each index along this axis, that of the outputs, and the other axes flattened in a row.
    ///
    /// It is the map itself for a linear layer. For convolutions it is the customary stand-in (Miyato et al. 2018,
    /// section 2.1), whose norm may be smaller or larger than that of the convolution.
    Matrix {
        /// 0 for linear and convolutional layers, 1 for transposed convolutions.
        axis: usize,
    },
    /// The convolution of images of this height and width (Tsuzuku, Sato and Sugiyama 2018; Farnia, Zhang and Tse 2019).
    Conv2d {
        /// Those of the layer.
        options: Conv2dOptions,
        /// Height and width of the layer's input.
        input: [usize; 2],
    },
    /// The transposed convolution of images of this height and width.
    ConvTranspose2d {
        /// Those of the layer.
        options: ConvTranspose2dOptions,
        /// Height and width of the layer's input.
        input: [usize; 2],
    },
}

impl WeightOperator {
    /// That of a linear layer, and the customary one of a convolution.
    pub const LINEAR: Self = Self::Matrix { axis: 0 };

    /// `A v`, or, with `axis` of the matrix first, the weight as that matrix times `v`.
    pub(super) fn apply<E: Scalar>(&self, weight: &Tensor<E>, v: &Tensor<E>) -> Tensor<E> {
        match *self {
            Self::Matrix { axis } => {
                let matrix = matrix(weight, axis);
                matrix.matmul(&v.reshape(&[v.len(), 1])).reshape(&[matrix.shape()[0]])
            }
            Self::Conv2d { options, .. } => v.conv2d(weight, None, options),
            Self::ConvTranspose2d { options, .. } => v.conv_transpose2d(weight, None, options),
        }
    }

    /// `A' u`, of the shape of `v`.
    pub(super) fn adjoint<E: Scalar>(&self, weight: &Tensor<E>, u: &Tensor<E>) -> Tensor<E> {
        match *self {
            Self::Matrix { axis } => {
                let matrix = matrix(weight, axis).transpose();
                matrix.matmul(&u.reshape(&[u.len(), 1])).reshape(&[matrix.shape()[0]])
            }
            Self::Conv2d { options, input } => {
                let Conv2dOptions { stride, padding, dilation, groups } = options;
                // What the stride left over at the end of the input.
                let output_padding = [0, 1].map(|a| {
                    let span = dilation[a] * (weight.shape()[2 + a] - 1) + 1;
                    (input[a] + 2 * padding[a] - span) % stride[a]
                });
                let options = ConvTranspose2dOptions { stride, padding, output_padding, dilation, groups };
                u.conv_transpose2d(weight, None, options)
            }
            Self::ConvTranspose2d { options, .. } => {
                let ConvTranspose2dOptions { stride, padding, dilation, groups, .. } = options;
                u.conv2d(weight, None, Conv2dOptions { stride, padding, dilation, groups })
            }
        }
    }

    /// The shapes of `u` and `v`.
    ///
    /// # Errors
    /// If a weight of this shape is not one of such a layer.
    pub(super) fn shapes(&self, weight: &[usize]) -> Result<[Vec<usize>; 2], LayerError> {
        let wrong = |reason: String| Err(LayerError::settings("spectral_norm", reason));
        if weight.contains(&0) {
            return wrong(format!("a weight of shape {weight:?} has no elements"));
        }
        let convolution = |stride: [usize; 2], dilation: [usize; 2], groups: usize, input: [usize; 2]| {
            weight.len() == 4
                && groups > 0
                && weight[0].is_multiple_of(groups)
                && [stride, dilation, input].iter().flatten().all(|&n| n > 0)
        };
        match *self {
            Self::Matrix { axis } => {
                if axis >= weight.len() {
                    return wrong(format!("the axis {axis} of a weight of shape {weight:?}"));
                }
                let rows = weight[axis];
                Ok([vec![rows], vec![weight.iter().product::<usize>() / rows]])
            }
            Self::Conv2d { options, input } => {
                let Conv2dOptions { stride, padding, dilation, groups } = options;
                let span = |a: usize| dilation[a] * (weight[2 + a] - 1) + 1;
                let fits = convolution(stride, dilation, groups, input)
                    && (0..2).all(|a| span(a) <= input[a] + 2 * padding[a]);
                if !fits {
                    return wrong(format!(
                        "a weight of shape {weight:?} is none of a convolution of {input:?} pixels with {options:?}"
                    ));
                }
                let output = [0, 1].map(|a| (input[a] + 2 * padding[a] - span(a)) / stride[a] + 1);
                Ok([vec![1, weight[0], output[0], output[1]], vec![1, weight[1] * groups, input[0], input[1]]])
            }
            Self::ConvTranspose2d { options, input } => {
                let ConvTranspose2dOptions { stride, padding, output_padding, dilation, groups } = options;
                let span =
                    |a: usize| (input[a] - 1) * stride[a] + dilation[a] * (weight[2 + a] - 1) + output_padding[a] + 1;
                let fits = convolution(stride, dilation, groups, input)
                    && (0..2).all(|a| output_padding[a] < stride[a].max(dilation[a]) && span(a) > 2 * padding[a]);
                if !fits {
                    return wrong(format!(
                        "a weight of shape {weight:?} is none of a transposed convolution of {input:?} pixels with \
                         {options:?}"
                    ));
                }
                let output = [0, 1].map(|a| span(a) - 2 * padding[a]);
                Ok([vec![1, weight[1] * groups, output[0], output[1]], vec![1, weight[0], input[0], input[1]]])
            }
        }
    }
}

/// The weight with this axis first and the others flattened.
pub(crate) fn matrix<E: Scalar>(weight: &Tensor<E>, axis: usize) -> Tensor<E> {
    let mut axes: Vec<usize> = (0..weight.rank()).collect();
    axes.remove(axis);
    axes.insert(0, axis);
    let rows = weight.shape()[axis];
    weight.permute(&axes).reshape(&[rows, weight.len() / rows])
}
