//! `D(x)`, or `s(D(x))` with `s(y) = 1 / (1 + e^-y)`

use latent_numeric::Scalar;
use latent_tensor::Tensor;
use serde::{Deserialize, Serialize};

/// Which output of a critic a gradient penalty is on.
///
/// The slope of the probability is `s(D) (1 - s(D))` times that of the logit: at most a quarter of it, and nearly
/// nothing where the critic is sure. A penalty that wants slopes of one from probabilities therefore wants logits of
/// slope four and more.
///
/// ```
/// use latent_regularizers::{CriticOutput, GradientPenalty};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// // D(x) = <w, x> has the slope 5 everywhere, and its probability a quarter of that at zero.
/// let w = Tensor::constant(array![[3.0_f64], [4.0]]);
/// let slope = |on: CriticOutput| {
///     GradientPenalty::default().at(|x| on.of(&x.matmul(&w)), &Tensor::zeros(&[8, 2])).mean_norm
/// };
/// assert_eq!((slope(CriticOutput::Logits), slope(CriticOutput::Probability)), (5.0, 1.25));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CriticOutput {
    /// What the critic gives, before any sigmoid, as the papers of Wasserstein games have it.
    #[default]
    Logits,
    /// Its sigmoid: the probability with which it calls a sample real.
    Probability,
}

impl CriticOutput {
    /// This output, from the logits.
    ///
    /// ```
    /// use latent_regularizers::CriticOutput;
    /// use latent_tensor::Tensor;
    ///
    /// assert_eq!(CriticOutput::Probability.of(&Tensor::scalar(0.0)).item(), 0.5);
    /// ```
    #[must_use]
    pub fn of<E: Scalar>(self, logits: &Tensor<E>) -> Tensor<E> {
        match self {
            Self::Logits => logits.clone(),
            Self::Probability => logits.sigmoid(),
        }
    }
}
