//! `IWAE_k = E[ln 1/k sum_i w_i]`, with `w_i = p(x, z_i) / q(z_i | x)` and `z_1, ..., z_k ~ q(z | x)`
//!
//! Burda, Grosse and Salakhutdinov, *Importance weighted autoencoders*, 2016, equation 8. `IWAE_1` is the ELBO, the
//! bound grows with `k`, and it tends to `ln p(x)`.
//!
//! Log-weights are (N, k), in nats: `ln p(x | z) + ln p(z) - ln q(z | x)` of the i-th draw for sample n. To compute
//! them, [repeat](crate::distributions::DiagonalGaussian::repeat) the posterior k times.

use crate::special::product;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The importance-weighted bound for each sample, `ln 1/k sum_i w_i`, in nats, shape (N). It is maximised.
///
/// ```
/// use latent_losses::iwae;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let log_weights = Tensor::constant(array![[1e5_f64.ln(), 3e5_f64.ln()], [-2000.0, -2000.0]]);
/// let bound = iwae(&log_weights).to_array();
/// assert!((bound[[0]] - 2e5_f64.ln()).abs() < 1e-12);
/// assert_eq!(bound[[1]], -2000.0);
/// ```
///
/// # Panics
/// If there are no two axes, or no draws.
#[must_use]
#[track_caller]
pub fn iwae<E: Scalar>(log_weights: &Tensor<E>) -> Tensor<E> {
    let k = draws("iwae", log_weights);
    log_weights.logsumexp(&[1], false) - E::of((k as f64).ln())
}

/// Surrogates whose gradients are those of a bound: means over the batch, of no axes, to be minimised.
#[derive(Clone, Debug)]
pub struct Dreg<E: Scalar> {
    /// The importance-weighted bound for each sample, a constant, in nats, shape (N).
    pub bound: Tensor<E>,
    /// To differentiate with respect to the parameters of `p(x, z)`, and those alone.
    pub generative: Tensor<E>,
    /// To differentiate with respect to the parameters of `q(z | x)`, and those alone.
    pub inference: Tensor<E>,
}

/// The doubly reparameterised gradient of the importance-weighted bound.
///
/// Tucker, Lawson, Gu and Maddison, *Doubly reparameterized gradient estimators for Monte Carlo objectives*, 2019,
/// equation 8: with normalised weights `v_i = w_i / sum_j w_j`,
/// `grad_phi = E[sum_i v_i^2 (d ln w_i / dz_i) (dz_i / dphi)]`. It has the expectation of the gradient of [`iwae`],
/// and its signal-to-noise ratio does not fall with `k`.
///
/// The log-weights must depend on the parameters of `q` through the draws alone: their density is that of the
/// [detached](crate::distributions::DiagonalGaussian::detach) posterior, at draws of the one with its history.
/// There are two surrogates because the parameters of `p` have `v_i` where those of `q` have `v_i^2`; the values
/// of the surrogates mean nothing.
///
/// ```
/// use latent_losses::{distributions::{DiagonalGaussian, Distribution, Reparameterized}, dreg};
/// use latent_numeric::random::Stream;
/// use latent_tensor::{GradOptions, Tensor, grad};
///
/// // p(z) = N(0, 1), and x = z + noise of variance one.
/// let (x, k) = (Tensor::full(&[4, 1], 0.5_f64), 8);
/// let mean = Tensor::variable(ndarray::Array2::<f64>::zeros((4, 1)));
/// let q = DiagonalGaussian::new(mean.clone(), Tensor::zeros(&[4, 1])).repeat(k);
/// let z = q.rsample(&mut Stream::new(1, "posterior", &[]));
/// let likelihood = DiagonalGaussian::new(z.clone(), Tensor::zeros(&[4 * k, 1]));
/// let x = DiagonalGaussian::new(x, Tensor::zeros(&[4, 1])).repeat(k).mean().clone();
/// let prior = DiagonalGaussian::standard(&[4 * k, 1]);
/// let log_weights = likelihood.log_prob(&x) + prior.log_prob(&z) - q.detach().log_prob(&z);
///
/// let bound = dreg(&log_weights.reshape(&[4, k]));
/// let of_q = grad(&[bound.inference], &[mean], GradOptions::default()).remove(0);
/// assert_eq!(of_q.shape(), [4, 1]);
/// ```
///
/// # Panics
/// If there are no two axes, or no draws.
#[must_use]
#[track_caller]
pub fn dreg<E: Scalar>(log_weights: &Tensor<E>) -> Dreg<E> {
    draws("dreg", log_weights);
    let samples = E::of(log_weights.shape()[0] as f64);
    let constants = log_weights.detach();
    let normalized = constants.softmax(1);
    let surrogate = |weights: &Tensor<E>| -product(weights, log_weights).sum() / samples;
    Dreg { bound: iwae(&constants), generative: surrogate(&normalized), inference: surrogate(&normalized.square()) }
}

#[track_caller]
fn draws<E: Scalar>(name: &str, log_weights: &Tensor<E>) -> usize {
    let shape = log_weights.shape();
    assert!(shape.len() == 2 && shape[1] > 0, "{name}: log-weights of the shape {shape:?}, not (N, k)");
    shape[1]
}

#[cfg(test)]
mod tests;
