//! `D: E[-ln s(r - mean f)] + E[-ln(1 - s(f - mean r))]`, `G`: the same with `r` and `f` exchanged

use super::{AdversarialLoss, called_fake, called_real};
use crate::Reduction;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The relativistic average game: A. Jolicoeur-Martineau, *The relativistic discriminator*, 2019, equations 13 and
/// 14. Each sample is held against the mean over the samples of the other kind, so their numbers may differ.
///
/// ```
/// use latent_losses::{Mean, adversarial::{AdversarialLoss, RelativisticAverage}};
/// use latent_tensor::Tensor;
///
/// // Only differences count.
/// let (real, fake) = (Tensor::full(&[2], 5.0_f64), Tensor::full(&[3], 5.0));
/// let loss = RelativisticAverage.discriminator(&real, &fake, Mean).item();
/// assert!((loss - 2.0 * 2.0_f64.ln()).abs() < 1e-15);
/// ```
///
/// # Panics
/// If there is no axis of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelativisticAverage;

impl AdversarialLoss for RelativisticAverage {
    #[track_caller]
    fn discriminator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        let mean = |x: &Tensor<E>| x.mean_axes(&[0], true);
        reduction.reduce(&called_real(&(real - mean(fake)))) + reduction.reduce(&called_fake(&(fake - mean(real))))
    }

    #[track_caller]
    fn generator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        self.discriminator(fake, real, reduction)
    }
}
