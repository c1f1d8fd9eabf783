//! `D: 1/2 E[(r - b)^2] + 1/2 E[(f - a)^2]`, `G: 1/2 E[(f - c)^2]`

use super::AdversarialLoss;
use crate::Reduction;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// Least squares: Mao et al., *Least squares generative adversarial networks*, 2017, equation 2.
///
/// With `b - c = 1` and `b - a = 2` it minimises a Pearson chi-squared divergence (equation 8); the default is the
/// coding of zeros and ones, equation 9.
///
/// ```
/// use latent_losses::{Mean, adversarial::{AdversarialLoss, LeastSquares}};
/// use latent_tensor::Tensor;
///
/// let (real, fake) = (Tensor::scalar(3.0), Tensor::scalar(-1.0));
/// assert_eq!(LeastSquares::default().discriminator(&real, &fake, Mean).item(), 2.0 + 0.5);
/// assert_eq!(LeastSquares { fake: -1.0, real: 1.0, aim: 0.0 }.generator(&real, &fake, Mean).item(), 0.5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeastSquares {
    /// `a`, what the discriminator should answer to generated samples.
    pub fake: f64,
    /// `b`, what the discriminator should answer to real samples.
    pub real: f64,
    /// `c`, what the generator wants the discriminator to answer to generated samples.
    pub aim: f64,
}

impl Default for LeastSquares {
    /// `a = 0`, `b = c = 1`.
    fn default() -> Self {
        Self { fake: 0.0, real: 1.0, aim: 1.0 }
    }
}

fn half_square<E: Scalar>(x: &Tensor<E>, target: f64) -> Tensor<E> {
    (x - E::of(target)).square() * E::of(0.5)
}

impl AdversarialLoss for LeastSquares {
    #[track_caller]
    fn discriminator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        reduction.reduce(&half_square(real, self.real)) + reduction.reduce(&half_square(fake, self.fake))
    }

    #[track_caller]
    fn generator<E: Scalar>(&self, _: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
        reduction.reduce(&half_square(fake, self.aim))
    }
}
