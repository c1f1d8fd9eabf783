//! The elements of each sample in another shape.

use crate::{Context, Layer, LayerError, Module};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Gives each sample another shape, with its elements in the same row-major order; the inverse of
/// [`Flatten`](crate::Flatten), PyTorch's `Unflatten(1, shape)`.
///
/// # Shapes
/// (samples, ...), with as many elements in a sample as the shape has, gives (samples, shape).
///
/// ```
/// use latent_layers::{Context, Layer, Reshape};
/// use latent_tensor::Tensor;
///
/// let layer = Reshape::new(&[3, 4, 5]);
/// let y = layer.forward(&Tensor::<f32>::ones(&[2, 60]), &mut Context::evaluate()).unwrap();
/// assert_eq!(y.shape(), [2, 3, 4, 5]);
/// let error = layer.forward(&Tensor::<f32>::ones(&[2, 61]), &mut Context::evaluate()).unwrap_err();
/// assert_eq!(error.to_string(), "reshape: expected (samples, ...) with 60 elements in a sample, got the shape [2, 61]");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Module)]
#[module(kind = KIND)]
pub struct Reshape {
    #[module(skip)]
    shape: Vec<usize>,
}

const KIND: &str = "reshape";

impl Reshape {
    /// A layer that gives every sample this shape.
    pub fn new(shape: &[usize]) -> Self {
        Self { shape: shape.to_vec() }
    }
}

impl<E: Scalar> Layer<E> for Reshape {
    fn forward(&self, x: &Tensor<E>, context: &mut Context) -> Result<Tensor<E>, LayerError> {
        let len: usize = self.shape.iter().product();
        match x.shape().split_first() {
            Some((&samples, sample)) if sample.iter().product::<usize>() == len => {
                Ok(x.reshape(&[&[samples], self.shape.as_slice()].concat()))
            }
            _ => {
                let expected = format!("(samples, ...) with {len} elements in a sample");
                Err(context.shape_error(KIND, expected, x.shape()))
            }
        }
    }
}
