//! Losses of generative adversarial networks, for the discriminator (or critic) and for the generator, on logits.
//!
//! `r` are the outputs for real samples and `f` those for generated ones, before any sigmoid; `E` is the mean that the
//! [`Reduction`] takes. [`Mean`](crate::Mean) is the usual one: it averages over the samples, and over the places of
//! a discriminator with many outputs. Both sides are minimised.
//!
//! | loss | discriminator | generator |
//! |---|---|---|
//! | [`Minimax`] | `E[-ln s(r)] + E[-ln(1 - s(f))]` | `E[ln(1 - s(f))]` |
//! | [`NonSaturating`] | `E[-ln s(r)] + E[-ln(1 - s(f))]` | `E[-ln s(f)]` |
//! | [`LeastSquares`] | `1/2 E[(r - b)^2] + 1/2 E[(f - a)^2]` | `1/2 E[(f - c)^2]` |
//! | [`Hinge`] | `E[max(0, 1 - r)] + E[max(0, 1 + f)]` | `E[-f]` |
//! | [`Wasserstein`] | `E[-r] + E[f]` | `E[-f]` |
//! | [`Relativistic`] | `E[-ln s(r - f)]` | `E[-ln s(f - r)]` |
//! | [`RelativisticAverage`] | `E[-ln s(r - mean f)] + E[-ln(1 - s(f - mean r))]` | `E[-ln s(f - mean r)] + E[-ln(1 - s(r - mean f))]` |
//!
//! With `s(x) = 1 / (1 + e^-x)`, `-ln s(x) = ln(1 + e^-x)` is a softplus: nothing overflows, and a logit that is
//! wrong by far keeps its slope of one. Cross-entropies are in nats.

mod hinge;
mod least_squares;
mod minimax;
mod non_saturating;
mod relativistic;
mod relativistic_average;
mod wasserstein;

pub use hinge::Hinge;
pub use least_squares::LeastSquares;
pub use minimax::Minimax;
pub use non_saturating::NonSaturating;
pub use relativistic::Relativistic;
pub use relativistic_average::RelativisticAverage;
pub use wasserstein::Wasserstein;

use crate::Reduction;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// A pair of losses, one for each side of the game.
pub trait AdversarialLoss {
    /// What the discriminator minimises, from its outputs for real and for generated samples.
    ///
    /// ```
    /// use latent_losses::Mean;
    /// use latent_losses::adversarial::{AdversarialLoss, Hinge};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let (real, fake) = (Tensor::constant(array![0.5, 3.0]), Tensor::constant(array![-2.0, 0.0]));
    /// assert_eq!(Hinge.discriminator(&real, &fake, Mean).item(), 0.25 + 0.5);
    /// ```
    #[track_caller]
    fn discriminator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E>;

    /// What the generator minimises. Only relativistic losses look at the real samples.
    ///
    /// ```
    /// use latent_losses::Mean;
    /// use latent_losses::adversarial::{AdversarialLoss, Wasserstein};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let (real, fake) = (Tensor::constant(array![0.5]), Tensor::constant(array![-2.0, 0.0]));
    /// assert_eq!(Wasserstein.generator(&real, &fake, Mean).item(), 1.0);
    /// ```
    #[track_caller]
    fn generator<E: Scalar>(&self, real: &Tensor<E>, fake: &Tensor<E>, reduction: impl Reduction) -> Tensor<E>;
}

/// `-ln s(x)`, of what should be called real.
fn called_real<E: Scalar>(logits: &Tensor<E>) -> Tensor<E> {
    (-logits).softplus()
}

/// `-ln(1 - s(x))`, of what should be called generated.
fn called_fake<E: Scalar>(logits: &Tensor<E>) -> Tensor<E> {
    logits.softplus()
}

#[cfg(test)]
mod tests;
