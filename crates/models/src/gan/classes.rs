//! The classes of a batch.

use crate::error::ModelError;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The class of each sample, as an index and as a row.
pub(super) struct Classes<E: Scalar> {
    pub indices: Vec<usize>,
    /// (samples, classes)
    pub one_hot: Tensor<E>,
}

impl<E: Scalar> Classes<E> {
    /// What a model of so many classes makes of those that it is given with a batch: nothing if it has none.
    pub fn check(known: usize, samples: usize, given: Option<&[usize]>) -> Result<Option<Self>, ModelError> {
        let Some(given) = given.filter(|_| known > 0) else {
            return match known {
                0 => Ok(None),
                _ => Err(ModelError::Classes(format!("none, but the model is conditional, of {known} classes"))),
            };
        };
        if given.len() != samples {
            return Err(ModelError::Classes(format!("{} for {samples} samples", given.len())));
        }
        if let Some((sample, class)) = given.iter().enumerate().find(|&(_, &class)| class >= known) {
            return Err(ModelError::Classes(format!("{class} of sample {sample}, where there are {known}")));
        }
        Ok(Some(Self { indices: given.to_vec(), one_hot: Tensor::one_hot(given, known) }))
    }
}
