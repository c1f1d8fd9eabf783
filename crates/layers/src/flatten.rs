//! The elements of each sample in a row.

use crate::{Context, Layer, LayerError, Module};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Puts the elements of each sample in a row, in row-major order.
///
/// # Shapes
/// (samples, ...) gives (samples, elements).
///
/// ```
/// use latent_layers::{Context, Flatten, Layer};
/// use latent_tensor::Tensor;
///
/// let y = Flatten.forward(&Tensor::<f32>::ones(&[2, 3, 4, 5]), &mut Context::evaluate()).unwrap();
/// assert_eq!(y.shape(), [2, 60]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Module)]
#[module(kind = KIND)]
pub struct Flatten;

const KIND: &str = "flatten";

impl<E: Scalar> Layer<E> for Flatten {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let Some((&samples, sample)) = x.shape().split_first() else {
            return Err(context.shape_error(KIND, "(samples, ...)", x.shape()));
        };
        Ok(x.reshape(&[samples, sample.iter().product()]))
    }
}
