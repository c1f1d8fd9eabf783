//! `gamma |KL - C(t)|`, with a capacity `C` that grows linearly

use crate::error::{LossError, check_setting};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// A capacity in nats that goes linearly from one value to another and then stays.
///
/// Burgess et al., *Understanding disentangling in beta-VAE*, 2018, section 5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Capacity {
    start: f64,
    end: f64,
    steps: u64,
}

impl Capacity {
    /// From `start` nats at step 0 to `end` nats at step `steps`.
    ///
    /// ```
    /// use latent_losses::divergence::Capacity;
    ///
    /// let capacity = Capacity::linear(0.0, 25.0, 100_000)?;
    /// assert_eq!((capacity.at(0), capacity.at(50_000), capacity.at(200_000)), (0.0, 12.5, 25.0));
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    ///
    /// # Errors
    /// If a capacity is negative or not finite.
    pub fn linear(start: f64, end: f64, steps: u64) -> Result<Self, LossError> {
        for (name, value) in [("capacity at the start", start), ("capacity at the end", end)] {
            check_setting(value >= 0.0 && value.is_finite(), name, value, "a finite number of nats, at least zero")?;
        }
        Ok(Self { start, end, steps })
    }

    /// The capacity at a step, in nats.
    ///
    /// ```
    /// # use latent_losses::divergence::Capacity;
    /// assert_eq!(Capacity::linear(2.0, 4.0, 0)?.at(0), 4.0);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn at(&self, step: u64) -> f64 {
        if step >= self.steps {
            return self.end;
        }
        self.start + (self.end - self.start) * (step as f64 / self.steps as f64)
    }
}

/// `gamma |KL - C|`: what holds a divergence, in nats per sample, at a capacity `C`.
///
/// Burgess et al. 2018, equation 8. The slope at the capacity itself is zero.
///
/// ```
/// use latent_losses::divergence::capacity_penalty;
/// use latent_tensor::Tensor;
///
/// assert_eq!(capacity_penalty(&Tensor::scalar(3.0), 5.0, 10.0).item(), 20.0);
/// ```
#[must_use]
pub fn capacity_penalty<E: Scalar>(kl: &Tensor<E>, capacity: E, gamma: E) -> Tensor<E> {
    (kl - capacity).abs() * gamma
}
