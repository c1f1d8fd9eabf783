//! `KL(q || p) ~ 1/S sum_s [ln q(x_s) - ln p(x_s)]`, with `x_s` drawn from `q`

use crate::distributions::{Distribution, Reparameterized};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// A divergence from draws.
#[derive(Clone, Debug)]
pub struct MonteCarlo<E: Scalar> {
    /// The mean over the draws, in nats, shape (N); unbiased, and so may be negative.
    pub kl: Tensor<E>,
    /// Its standard error, a constant, in nats, shape (N).
    pub standard_error: Tensor<E>,
}

/// The divergence `KL(q || p)` for every sample from reparameterised draws, for any two distributions.
///
/// Its gradients with respect to both distributions' parameters are unbiased.
///
/// ```
/// use latent_losses::distributions::DiagonalGaussian;
/// use latent_losses::{PerSample, divergence::{kl_diagonal_gaussian, kl_monte_carlo}};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let q = DiagonalGaussian::new(Tensor::ones(&[3, 2]), Tensor::<f64>::zeros(&[3, 2]));
/// let p = DiagonalGaussian::standard(&[3, 2]);
/// let drawn = kl_monte_carlo(&q, &p, 1000, &mut Stream::new(1, "kl", &[]));
/// let distance = (drawn.kl - kl_diagonal_gaussian(&q, &p, PerSample)).abs();
/// assert!(distance.array().iter().zip(drawn.standard_error.array()).all(|(d, e)| *d < 5.0 * e));
/// ```
///
/// # Panics
/// If there are fewer than two draws, or the shapes differ.
#[track_caller]
pub fn kl_monte_carlo<E: Scalar>(
    q: &impl Reparameterized<E>,
    p: &impl Distribution<E>,
    draws: usize,
    stream: &mut Stream,
) -> MonteCarlo<E> {
    average(draws, || {
        let x = q.rsample(stream);
        q.log_prob(&x) - p.log_prob(&x)
    })
}

/// The same from draws that have no gradient, for any distribution, discrete ones included.
///
/// Gradients are those of the score function (Williams 1992), unbiased too, but of higher variance: with
/// `r = ln q(x) - ln p(x)`, they are of `r + r_constant (ln q(x) - ln q(x)_constant)`, whose value is `r`.
///
/// ```
/// use latent_losses::distributions::Bernoulli;
/// use latent_losses::{PerSample, divergence::{kl_bernoulli, kl_monte_carlo_score}};
/// use latent_numeric::random::Stream;
/// use latent_tensor::Tensor;
///
/// let (q, p) = (Bernoulli::new(Tensor::ones(&[1, 4])), Bernoulli::new(Tensor::<f64>::zeros(&[1, 4])));
/// let drawn = kl_monte_carlo_score(&q, &p, 1000, &mut Stream::new(1, "kl", &[]));
/// let distance = (drawn.kl - kl_bernoulli(&q, &p, PerSample)).abs();
/// assert!(distance.item() < 5.0 * drawn.standard_error.item());
/// ```
///
/// # Panics
/// If there are fewer than two draws, or the shapes differ.
#[track_caller]
pub fn kl_monte_carlo_score<E: Scalar>(
    q: &impl Distribution<E>,
    p: &impl Distribution<E>,
    draws: usize,
    stream: &mut Stream,
) -> MonteCarlo<E> {
    average(draws, || {
        let x = q.sample(stream);
        let log_q = q.log_prob(&x);
        let ratio = &log_q - p.log_prob(&x);
        let score = ratio.detach() * (&log_q - log_q.detach());
        ratio + score
    })
}

#[track_caller]
fn average<E: Scalar>(draws: usize, mut draw: impl FnMut() -> Tensor<E>) -> MonteCarlo<E> {
    assert!(draws > 1, "a Monte Carlo divergence with its standard error needs two draws or more, not {draws}");
    let all = Tensor::stack(&(0..draws).map(|_| draw()).collect::<Vec<_>>(), 0);
    let standard_error = (all.detach().variance(&[0], 1, false) / E::of(draws as f64)).sqrt();
    MonteCarlo { kl: all.mean_axes(&[0], false), standard_error }
}
