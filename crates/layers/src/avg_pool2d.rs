//! `y[n, c, r, q] = (1 / (k l)) sum over i < k, j < l of x[n, c, s r - p + i, s q - p + j]`

use crate::{Context, Layer, LayerError, Module, windows};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use latent_tensor::ops::Pool2dOptions;

/// The average of each window; padding counts as zeros. See [`Tensor::avg_pool2d`].
///
/// # Shapes
/// (N, C, H, W) gives (N, C, H', W'), `H' = floor((H + 2 padding - kernel) / stride) + 1`.
///
/// ```
/// use latent_layers::{AvgPool2d, Context, Layer, Pool2dOptions};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[[[1.0, 5.0, 2.0, 0.0], [3.0, 3.0, 1.0, 5.0]]]]);
/// let layer = AvgPool2d::new(Pool2dOptions::new([2, 2])).unwrap();
/// let y = layer.forward(&x, &mut Context::evaluate()).unwrap();
/// assert_eq!(y.to_array(), array![[[[3.0, 2.0]]]].into_dyn());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Module)]
#[module(kind = KIND)]
pub struct AvgPool2d(#[module(skip)] Pool2dOptions);

const KIND: &str = "avg_pool2d";

impl AvgPool2d {
    /// A pooling layer with windows of this size, stride and padding.
    ///
    /// # Errors
    /// If the kernel or the stride is zero, or the padding more than half of the kernel.
    ///
    /// ```
    /// use latent_layers::{AvgPool2d, Pool2dOptions};
    ///
    /// let error = AvgPool2d::new(Pool2dOptions { stride: [1, 0], ..Pool2dOptions::new([2, 2]) }).unwrap_err();
    /// assert_eq!(error.to_string(), "avg_pool2d: the stride must be at least 1 everywhere, got [1, 0]");
    /// ```
    pub fn new(options: Pool2dOptions) -> Result<Self, LayerError> {
        windows::check_settings(KIND, options)?;
        Ok(Self(options))
    }
}

impl<E: Scalar> Layer<E> for AvgPool2d {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        windows::check_shape(KIND, self.0, x.shape(), context)?;
        Ok(x.avg_pool2d(self.0))
    }
}
