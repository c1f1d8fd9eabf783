//! `D: E[-ln s(r - f)]`, `G: E[-ln s(f - r)]`, over pairs

use super::{AdversarialLoss, called_real};
use crate::Reduction;
use crate::error::check_same_shape;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The relativistic game: A. Jolicoeur-Martineau, *The relativistic discriminator*, 2019, equations 7 and 8. The
/// discriminator says how much more real one sample is than another; real and generated samples come in pairs.
///
/// ```
/// use latent_losses::{Mean, adversarial::{AdversarialLoss, Relativistic}};
/// use latent_tensor::Tensor;
///
/// let (real, fake) = (Tensor::full(&[2], 700.0_f64), Tensor::full(&[2], 600.0));
/// assert_eq!(Relativistic.generator(&real, &fake, Mean).item(), 100.0);
/// ```
///
/// # Panics
/// If there are not as many generated samples as real ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relativistic;

impl AdversarialLoss for Relativistic {
    #[track_caller]
    fn discriminator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        check_same_shape("Relativistic", ("real", real), ("fake", fake));
        reduction.reduce(&called_real(&(real - fake)))
    }

    #[track_caller]
    fn generator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        self.discriminator(fake, real, reduction)
    }
}
