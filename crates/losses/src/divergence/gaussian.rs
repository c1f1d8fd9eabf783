//! `KL(N(m, L L^T) || N(n, K K^T)) = 1/2 [||K^-1 L||^2 - d + ||K^-1 (m - n)||^2] + ln|K| - ln|L|`

use crate::Reduction;
use crate::distributions::{Gaussian, half_log_determinant, squares};
use crate::error::check_same_shape;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The divergence `KL(q || p)` of Gaussians with full covariances, in nats; means (N, ..., d) give (N, ...).
///
/// ```
/// use latent_losses::{Sum, distributions::Gaussian, divergence::kl_gaussian};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let identity = Tensor::constant(array![[[1.0, 0.0], [0.0, 1.0]]]);
/// let q = Gaussian::new(Tensor::constant(array![[3.0, 4.0]]), identity.clone())?;
/// let p = Gaussian::new(Tensor::zeros(&[1, 2]), identity)?;
/// assert_eq!(kl_gaussian(&q, &p, Sum).item(), 12.5);
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn kl_gaussian<E: Scalar>(q: &Gaussian<E>, p: &Gaussian<E>, reduction: impl Reduction) -> Tensor<E> {
    check_same_shape("kl_gaussian", ("q", q.mean()), ("p", p.mean()));
    let d = q.mean().shape()[q.mean().rank() - 1];
    let spread = squares(&p.scale_tril().triangular_solve(q.scale_tril(), false), 2);
    let quadratic = (spread + p.mahalanobis(q.mean()) - E::of(d as f64)) * E::of(0.5);
    let volume = half_log_determinant(p.scale_tril()) - half_log_determinant(q.scale_tril());
    reduction.reduce(&(quadratic + volume))
}
