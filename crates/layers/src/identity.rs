//! `y = x`

use crate::{Context, Layer, LayerError, Module};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The layer that does nothing.
///
/// ```
/// use latent_layers::{Context, Identity, Layer};
/// use latent_tensor::Tensor;
///
/// let x = Tensor::<f32>::ones(&[2, 3]);
/// assert_eq!(Identity.forward(&x, &mut Context::evaluate()).unwrap().array(), x.array());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Module)]
pub struct Identity;

impl<E: Scalar> Layer<E> for Identity {
    fn forward(&self, x: &Tensor<E>, _: &mut Context) -> Result<Tensor<E>, LayerError> {
        Ok(x.clone())
    }
}
