//! A batch of data with what is known beside it.

use crate::repeat::repeat_rows;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// A batch of samples `x`, and a condition `y` for each where the model is one of `p(x | y)`.
///
/// ```
/// use latent_models::Observation;
/// use latent_tensor::Tensor;
///
/// let digits = Observation::given(Tensor::<f32>::zeros(&[3, 784]), Tensor::one_hot(&[1, 0, 7], 10));
/// assert_eq!(digits.samples(), 3);
/// assert_eq!(digits.select(&[0, 0, 2, 2]).condition.unwrap().shape(), [4, 10]);
/// ```
#[derive(Clone, Debug)]
pub struct Observation<E: Scalar = f32> {
    /// The data, a row each, (N, features).
    pub x: Tensor<E>,
    /// What they are conditioned on, (N, c): one-hot classes, attributes.
    pub condition: Option<Tensor<E>>,
}

impl<E: Scalar> Observation<E> {
    /// Data that are conditioned on nothing.
    pub fn new(x: Tensor<E>) -> Self {
        Self { x, condition: None }
    }

    /// Data with a condition for each row.
    pub fn given(x: Tensor<E>, condition: Tensor<E>) -> Self {
        Self { x, condition: Some(condition) }
    }

    /// The number of samples.
    pub fn samples(&self) -> usize {
        self.x.shape()[0]
    }

    /// The samples of these numbers, in this order, as often as they are named.
    ///
    /// # Panics
    /// If there is no such sample.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        self.map(|tensor| tensor.index_select(0, rows))
    }

    /// Each sample `draws` times in a row.
    #[must_use]
    pub fn repeat(&self, draws: usize) -> Self {
        self.map(|tensor| repeat_rows(tensor, draws))
    }

    fn map(&self, f: impl Fn(&Tensor<E>) -> Tensor<E>) -> Self {
        Self { x: f(&self.x), condition: self.condition.as_ref().map(f) }
    }
}

impl<E: Scalar> From<&Tensor<E>> for Observation<E> {
    fn from(x: &Tensor<E>) -> Self {
        Self::new(x.clone())
    }
}

impl<E: Scalar> From<&Self> for Observation<E> {
    fn from(observed: &Self) -> Self {
        observed.clone()
    }
}

/// Beside `x` its condition, if there is one, in the columns after its own.
pub(crate) fn beside<E: Scalar>(x: &Tensor<E>, condition: Option<&Tensor<E>>) -> Tensor<E> {
    condition.map_or_else(|| x.clone(), |condition| Tensor::concatenate(&[x.clone(), condition.clone()], 1))
}
