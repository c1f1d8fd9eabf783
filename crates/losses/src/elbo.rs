//! `ELBO = E_q[ln p(x | z)] - KL(q(z | x) || p(z))`, and the objective `(1 + gamma) R + beta KL` that is minimised,
//! with the negative log-likelihood `R`

use crate::error::{LossError, check_setting};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The weights of an objective's terms; without any, it is the negative ELBO.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ElboWeights {
    /// Of the divergence: Higgins et al., *beta-VAE*, 2017, equation 4.
    pub beta: f64,
    /// Of the reconstruction that is added once more, as a regulariser of its own: the objective is
    /// `R + beta KL + gamma R`.
    pub gamma: f64,
}

impl Default for ElboWeights {
    /// `beta = 1` and `gamma = 0`.
    ///
    /// ```
    /// use latent_losses::ElboWeights;
    ///
    /// assert_eq!(ElboWeights::default(), ElboWeights { beta: 1.0, gamma: 0.0 });
    /// ```
    fn default() -> Self {
        Self { beta: 1.0, gamma: 0.0 }
    }
}

/// The terms of an evidence lower bound; means over the batch, in nats per sample, without axes.
///
/// Whatever the weights are, `reconstruction`, `kl` and `elbo` are those of the model.
#[derive(Clone, Debug)]
pub struct Elbo<E: Scalar> {
    /// What is minimised: `reconstruction + beta kl + gamma extra`.
    pub loss: Tensor<E>,
    /// `-reconstruction - kl`, a constant: a lower bound of the log-likelihood if the reconstruction is a likelihood.
    pub elbo: Tensor<E>,
    /// The negative log-likelihood.
    pub reconstruction: Tensor<E>,
    /// The divergence.
    pub kl: Tensor<E>,
    /// The extra reconstruction term, unweighted.
    pub extra_reconstruction: Tensor<E>,
    /// The weights of the loss.
    pub weights: ElboWeights,
}

impl<E: Scalar> Elbo<E> {
    /// Names and values of the terms, for logs.
    ///
    /// ```
    /// use latent_losses::{ElboWeights, elbo};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let (nll, kl) = (Tensor::constant(array![100.0]), Tensor::constant(array![20.0]));
    /// let terms = elbo(&nll, &kl, ElboWeights { beta: 4.0, gamma: 0.5 })?.terms();
    /// assert_eq!(terms, [
    ///     ("loss", 230.0), ("elbo", -120.0), ("reconstruction", 100.0), ("kl", 20.0), ("extra_reconstruction", 100.0),
    /// ]);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn terms(&self) -> [(&'static str, f64); 5] {
        [
            ("loss", &self.loss),
            ("elbo", &self.elbo),
            ("reconstruction", &self.reconstruction),
            ("kl", &self.kl),
            ("extra_reconstruction", &self.extra_reconstruction),
        ]
        .map(|(name, term)| (name, term.item().as_f64()))
    }

    /// The negative ELBO in bits per dimension of the data; see [`bits_per_dim`].
    ///
    /// ```
    /// use latent_losses::{ElboWeights, elbo};
    /// use latent_tensor::Tensor;
    /// use ndarray::array;
    ///
    /// let (nll, kl) = (Tensor::constant(array![500.0_f64]), Tensor::constant(array![43.0]));
    /// let bound = elbo(&nll, &kl, ElboWeights::default())?;
    /// assert!((bound.bits_per_dim(784) - 0.9992).abs() < 1e-4);
    /// # Ok::<(), latent_losses::LossError>(())
    /// ```
    pub fn bits_per_dim(&self, dimensions: usize) -> f64 {
        bits_per_dim(-self.elbo.item().as_f64(), dimensions)
    }
}

/// `nats / (dimensions ln 2)`: a negative log-likelihood per sample in bits for each of its dimensions.
///
/// For quantised data whose density was modelled after a change of scale, add the logarithm of the scale for each
/// dimension before.
///
/// ```
/// assert_eq!(latent_losses::bits_per_dim(8.0 * 784.0 * 2.0_f64.ln(), 784), 8.0);
/// ```
///
/// # Panics
/// If there are no dimensions.
#[track_caller]
pub fn bits_per_dim(nats: f64, dimensions: usize) -> f64 {
    assert!(dimensions > 0, "bits_per_dim: data of no dimensions");
    nats / (dimensions as f64 * std::f64::consts::LN_2)
}

/// The evidence lower bound from each sample's negative log-likelihood and divergence, both in nats, shape (N), as the
/// reduction [`PerSample`](crate::PerSample) gives them.
///
/// Kingma and Welling, *Auto-encoding variational Bayes*, 2014, equation 3. With `gamma`, the reconstruction is
/// added once more with that weight to what is minimised, so it counts `1 + gamma` times.
///
/// ```
/// use latent_losses::{ElboWeights, PerSample, divergence::kl_standard_normal, elbo, reconstruction::bce_with_logits};
/// use latent_tensor::Tensor;
///
/// let (logits, x) = (Tensor::<f64>::zeros(&[2, 784]), Tensor::ones(&[2, 784]));
/// let nll = bce_with_logits(&logits, &x, PerSample)?;
/// let kl = kl_standard_normal(&Tensor::ones(&[2, 20]), &Tensor::zeros(&[2, 20]), PerSample);
/// let bound = elbo(&nll, &kl, ElboWeights::default())?;
/// assert!((bound.loss.item() - (784.0 * 2.0_f64.ln() + 10.0)).abs() < 1e-10);
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If a weight is negative or not finite.
///
/// # Panics
/// If the terms are not both of shape (N): a term that was averaged over its elements, or over the batch, would
/// change what the weights mean.
#[track_caller]
pub fn elbo<E: Scalar>(reconstruction: &Tensor<E>, kl: &Tensor<E>, weights: ElboWeights) -> Result<Elbo<E>, LossError> {
    elbo_with_extra(reconstruction, kl, reconstruction, weights)
}

/// The same with another reconstruction loss as the extra term: `R + beta KL + gamma extra`, for example squared
/// differences beside a cross-entropy.
///
/// ```
/// use latent_losses::{ElboWeights, elbo_with_extra};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let [nll, kl, extra] = [100.0, 20.0, 7.0].map(|x| Tensor::constant(array![x]));
/// let bound = elbo_with_extra(&nll, &kl, &extra, ElboWeights { beta: 1.0, gamma: 2.0 })?;
/// assert_eq!((bound.loss.item(), bound.elbo.item()), (134.0, -120.0));
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If a weight is negative or not finite.
///
/// # Panics
/// If the terms are not all of shape (N).
#[track_caller]
pub fn elbo_with_extra<E: Scalar>(
    reconstruction: &Tensor<E>,
    kl: &Tensor<E>,
    extra_reconstruction: &Tensor<E>,
    weights: ElboWeights,
) -> Result<Elbo<E>, LossError> {
    for (name, weight) in [("beta", weights.beta), ("gamma", weights.gamma)] {
        check_setting(weight >= 0.0 && weight.is_finite(), name, weight, "a finite number, at least zero")?;
    }
    for (name, term) in [("kl", kl), ("extra reconstruction", extra_reconstruction)] {
        assert!(
            term.rank() == 1 && term.shape() == reconstruction.shape(),
            "elbo: reconstruction of the shape {:?} and {name} of the shape {:?}, not both one number for each sample",
            reconstruction.shape(),
            term.shape()
        );
    }
    let [reconstruction, kl, extra_reconstruction] = [reconstruction, kl, extra_reconstruction].map(Tensor::mean);
    let weighted = |term: &Tensor<E>, weight: f64| term * E::of(weight);
    let loss = &reconstruction + weighted(&kl, weights.beta) + weighted(&extra_reconstruction, weights.gamma);
    let elbo = (-(&reconstruction + &kl)).detach();
    Ok(Elbo { loss, elbo, reconstruction, kl, extra_reconstruction, weights })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{array, close};
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn gamma_counts_the_reconstruction_once_more(seed: u64, beta in 0.0_f64..5.0, gamma in 0.0_f64..5.0) {
            let (r, kl) = (array(seed, &[4], 50.0, 100.0), array(seed / 2, &[4], 0.0, 20.0));
            let bound = elbo(&Tensor::constant(r.clone()), &Tensor::constant(kl.clone()), ElboWeights { beta, gamma }).unwrap();
            let (mean_r, mean_kl) = (r.mean().unwrap(), kl.mean().unwrap());
            prop_assert!(close(bound.loss.item(), (1.0 + gamma) * mean_r + beta * mean_kl));
            prop_assert!(close(bound.elbo.item(), -mean_r - mean_kl));
            prop_assert!(close(bound.bits_per_dim(10), (mean_r + mean_kl) / 10.0 / 2.0_f64.ln()));
            let extra = array(seed / 3, &[4], 0.0, 9.0);
            prop_assert_eq!(gradients(&[r, kl, extra], |x| {
                elbo_with_extra(&x[0].square(), &x[1].exp(), &x[2].square(), ElboWeights { beta, gamma }).unwrap().loss
            }), Ok(()));
        }
    }

    #[test]
    #[should_panic(expected = "elbo: reconstruction of the shape [] and kl of the shape [4]")]
    fn a_mean_and_a_sum() {
        let _ = elbo(&Tensor::<f32>::scalar(0.1), &Tensor::zeros(&[4]), ElboWeights::default());
    }

    #[test]
    fn weights_that_are_none() {
        let x = Tensor::<f32>::zeros(&[1]);
        let error = elbo(&x, &x, ElboWeights { beta: -1.0, gamma: 0.0 }).unwrap_err().to_string();
        assert_eq!(error, "beta is -1, which is not a finite number, at least zero");
        assert!(elbo(&x, &x, ElboWeights { beta: 1.0, gamma: f64::NAN }).is_err());
    }
}
