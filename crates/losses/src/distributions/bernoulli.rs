//! `p(x) = prod_i s(l_i)^(x_i) (1 - s(l_i))^(1 - x_i)`, with logits `l` and `s(l) = 1 / (1 + e^-l)`

use super::Distribution;
use crate::error::check_same_shape;
use crate::{PerSample, Reduction};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// Independent Bernoulli distributions, given by logits of any shape (N, ...).
#[derive(Clone, Debug)]
pub struct Bernoulli<E: Scalar> {
    logits: Tensor<E>,
}

impl<E: Scalar> Bernoulli<E> {
    /// Bernoulli distributions with these logits.
    ///
    /// ```
    /// use latent_losses::distributions::{Bernoulli, Distribution};
    /// use latent_tensor::Tensor;
    ///
    /// let coins = Bernoulli::new(Tensor::<f64>::zeros(&[1, 3]));
    /// assert!((coins.log_prob(&Tensor::ones(&[1, 3])).item() + 3.0 * 2.0_f64.ln()).abs() < 1e-15);
    /// ```
    pub fn new(logits: Tensor<E>) -> Self {
        Self { logits }
    }

    /// The logits.
    ///
    /// ```
    /// # use latent_losses::distributions::Bernoulli;
    /// # use latent_tensor::Tensor;
    /// let q = Bernoulli::new(Tensor::<f32>::zeros(&[4, 3]));
    /// assert_eq!(q.logits().shape(), [4, 3]);
    /// ```
    pub fn logits(&self) -> &Tensor<E> {
        &self.logits
    }
}

impl<E: Scalar> Distribution<E> for Bernoulli<E> {
    #[track_caller]
    fn log_prob(&self, x: &Tensor<E>) -> Tensor<E> {
        check_same_shape("Bernoulli", ("x", x), ("logits", &self.logits));
        PerSample.reduce(&-self.logits.bce_with_logits(x))
    }

    fn sample(&self, stream: &mut Stream) -> Tensor<E> {
        let probabilities = self.logits.detach().sigmoid();
        let draw = |p: E| if stream.uniform::<f64>() < p.as_f64() { E::one() } else { E::zero() };
        Tensor::constant(probabilities.to_array().mapv_into(draw))
    }
}
