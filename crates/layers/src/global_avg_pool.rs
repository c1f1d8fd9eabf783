//! `y[n, c] = mean of x[n, c, ...]`

use crate::{Context, Layer, LayerError, Module};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The average of each channel (Lin, Chen and Yan 2014, section 3.2): one number for a plane.
///
/// # Shapes
/// (N, C, ...), with at least one axis after the channels and no empty one, gives (N, C). PyTorch's
/// `AdaptiveAvgPool2d(1)` followed by `Flatten`.
///
/// ```
/// use latent_layers::{Context, GlobalAvgPool, Layer};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let x = Tensor::constant(array![[[[1.0, 2.0], [3.0, 6.0]], [[0.0, 0.0], [0.0, 4.0]]]]);
/// let y = GlobalAvgPool.forward(&x, &mut Context::evaluate()).unwrap();
/// assert_eq!(y.to_array(), array![[3.0, 1.0]].into_dyn());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Module)]
#[module(kind = KIND)]
pub struct GlobalAvgPool;

const KIND: &str = "global_avg_pool";

impl<E: Scalar> Layer<E> for GlobalAvgPool {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        if x.rank() < 3 || x.shape()[2..].contains(&0) {
            return Err(context.shape_error(KIND, "(samples, channels, ...) with a pixel or more", x.shape()));
        }
        let axes: Vec<usize> = (2..x.rank()).collect();
        Ok(x.mean_axes(&axes, false))
    }
}
