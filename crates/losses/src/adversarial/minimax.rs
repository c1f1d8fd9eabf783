//! `max_D min_G E[ln s(r)] + E[ln(1 - s(f))]`

use super::{AdversarialLoss, called_fake, called_real};
use crate::Reduction;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The minimax game: Goodfellow et al., *Generative adversarial nets*, 2014, equation 1.
///
/// The generator's gradient vanishes where the discriminator is certain; [`NonSaturating`](super::NonSaturating)
/// is the same discriminator with another generator.
///
/// ```
/// use latent_losses::{Mean, adversarial::{AdversarialLoss, Minimax}};
/// use latent_tensor::Tensor;
///
/// let logit = Tensor::<f64>::zeros(&[4, 1]);
/// assert!((Minimax.discriminator(&logit, &logit, Mean).item() - 4.0_f64.ln()).abs() < 1e-15);
/// assert!((Minimax.generator(&logit, &logit, Mean).item() + 2.0_f64.ln()).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minimax;

impl AdversarialLoss for Minimax {
    #[track_caller]
    fn discriminator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        reduction.reduce(&called_real(real)) + reduction.reduce(&called_fake(fake))
    }

    #[track_caller]
    fn generator<E: Scalar>(&self, _: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        reduction.reduce(&-called_fake(fake))
    }
}
