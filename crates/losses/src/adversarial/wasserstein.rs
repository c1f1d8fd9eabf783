//! `D: E[f] - E[r]`, `G: E[-f]`

use super::AdversarialLoss;
use crate::Reduction;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The Wasserstein game: Arjovsky, Chintala and Bottou, *Wasserstein generative adversarial networks*, 2017,
/// equation 3.
///
/// If the critic is 1-Lipschitz, its negative loss is a lower bound of the distance between the two batches; what
/// keeps it 1-Lipschitz (a gradient penalty, spectral normalisation) is not a part of the loss.
///
/// ```
/// use latent_losses::{Mean, adversarial::{AdversarialLoss, Wasserstein}};
/// use latent_tensor::Tensor;
///
/// assert_eq!(Wasserstein.discriminator(&Tensor::scalar(3.0), &Tensor::scalar(1.0), Mean).item(), -2.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wasserstein;

impl AdversarialLoss for Wasserstein {
    #[track_caller]
    fn discriminator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        reduction.reduce(fake) - reduction.reduce(real)
    }

    #[track_caller]
    fn generator<E: Scalar>(&self, _: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        reduction.reduce(&-fake)
    }
}
