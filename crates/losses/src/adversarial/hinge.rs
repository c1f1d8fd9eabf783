//! `D: E[max(0, 1 - r)] + E[max(0, 1 + f)]`, `G: E[-f]`

use super::AdversarialLoss;
use crate::Reduction;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The hinge loss: Lim and Ye, *Geometric GAN*, 2017; Miyato et al., *Spectral normalization for generative
/// adversarial networks*, 2018, equations 16 and 17. The slope at the hinge itself is zero.
///
/// ```
/// use latent_losses::{Mean, adversarial::{AdversarialLoss, Hinge}};
/// use latent_tensor::Tensor;
///
/// // Beyond the margin nothing is left to do.
/// assert_eq!(Hinge.discriminator(&Tensor::scalar(1.5), &Tensor::scalar(-1.5), Mean).item(), 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hinge;

impl AdversarialLoss for Hinge {
    #[track_caller]
    fn discriminator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        let one = Tensor::scalar(E::one());
        reduction.reduce(&(&one - real).relu()) + reduction.reduce(&(&one + fake).relu())
    }

    #[track_caller]
    fn generator<E: Scalar>(&self, _: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        reduction.reduce(&-fake)
    }
}
