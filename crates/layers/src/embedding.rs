//! `y[..., :] = W[index[...], :]`

use crate::{Context, Init, LayerError, Module, Parameter};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{ArrayView, Dimension};

/// A table with a row for each of a number of classes or words.
///
/// # Shapes
/// Indices of shape (...) give (..., features); `weight` is (rows, features), as in PyTorch.
///
/// ```
/// use latent_layers::{Context, Embedding};
/// use latent_numeric::random::Stream;
/// use ndarray::array;
///
/// let layer = Embedding::<f32>::new(10, 4, &mut Stream::new(1, "initialisation", &[]));
/// let words = array![[1, 2, 3], [4, 4, 0]];
/// let y = layer.look_up(words.view(), &Context::evaluate()).unwrap();
/// assert_eq!(y.shape(), [2, 3, 4]);
/// let error = layer.look_up(array![3, 12].view(), &Context::evaluate()).unwrap_err();
/// assert_eq!(error.to_string(), "embedding: expected indices below 10, got 12");
/// ```
#[derive(Debug, Module)]
#[module(kind = KIND)]
pub struct Embedding<E: Scalar = f32> {
    /// The table, of shape (rows, features).
    pub weight: Parameter<E>,
}

const KIND: &str = "embedding";

impl<E: Scalar> Embedding<E> {
    /// A table with standard normal rows, as PyTorch draws them.
    pub fn new(rows: usize, features: usize, stream: &mut Stream) -> Self {
        Self::with_init(rows, features, Init::Normal(1.0), stream)
    }

    /// A table with rows drawn by `init`.
    ///
    /// ```
    /// # use latent_layers::{Embedding, Init};
    /// # use latent_numeric::random::Stream;
    /// let mut stream = Stream::new(1, "initialisation", &[]);
    /// assert_eq!(Embedding::<f32>::with_init(10, 4, Init::Normal(0.02), &mut stream).weight.shape(), [10, 4]);
    /// ```
    pub fn with_init(rows: usize, features: usize, init: Init, stream: &mut Stream) -> Self {
        Self { weight: Parameter::new(init.array(&[rows, features], stream)) }
    }

    /// The rows at these indices.
    ///
    /// # Errors
    /// If an index is not below the number of rows: the first such.
    pub fn look_up<D: Dimension>(
        &self,
        indices: ArrayView<'_, usize, D>,
        context: &Context,
    ) -> Result<Tensor<E>, LayerError> {
        let weight = self.weight.tensor();
        let (rows, features) = (weight.shape()[0], weight.shape()[1]);
        if let Some(&given) = indices.iter().find(|&&index| index >= rows) {
            return Err(LayerError::Index { path: context.path(), layer: KIND, rows, given });
        }
        let flat: Vec<usize> = indices.iter().copied().collect();
        Ok(weight.index_select(0, &flat).reshape(&[indices.shape(), &[features]].concat()))
    }
}
