//! `D: E[-ln s(r)] + E[-ln(1 - s(f))]`, `G: E[-ln s(f)]`

use super::{AdversarialLoss, Minimax, called_real};
use crate::Reduction;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The non-saturating game: Goodfellow et al., *Generative adversarial nets*, 2014, section 3. Its generator keeps a
/// gradient where the discriminator is certain.
///
/// ```
/// use latent_losses::{Mean, adversarial::{AdversarialLoss, NonSaturating}};
/// use latent_tensor::Tensor;
///
/// let (real, fake) = (Tensor::<f32>::zeros(&[4, 1]), Tensor::full(&[4, 1], -500.0_f32));
/// assert_eq!(NonSaturating.generator(&real, &fake, Mean).item(), 500.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonSaturating;

impl AdversarialLoss for NonSaturating {
    #[track_caller]
    fn discriminator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        Minimax.discriminator(real, fake, reduction)
    }

    #[track_caller]
    fn generator<E: Scalar>(&self, _: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        reduction.reduce(&called_real(fake))
    }
}
