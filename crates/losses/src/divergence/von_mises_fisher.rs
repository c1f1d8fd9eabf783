//! `KL(q || p) = g(k_p) - g(k_q) + A(k_q) (k_q - k_p m_q^T m_p)`, with `g(k) = ln(I_v(k) / k^v)`,
//! `A(k) = I_(v+1)(k) / I_v(k)`, `v = p/2 - 1`
//!
//! The uniform distribution is the one of concentration zero: `KL(q || uniform) = k A(k) - g(k) + g(0)`, Davidson et
//! al. 2018, equation 13.

use crate::Reduction;
use crate::distributions::VonMisesFisher;
use crate::error::check_same_shape;
use crate::special::{bessel_ratio, log_bessel_scaled};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The divergence of von Mises-Fisher distributions from the uniform distribution on the sphere, in nats, shape (N).
///
/// It depends on the concentration alone.
///
/// ```
/// use latent_losses::{Sum, distributions::VonMisesFisher, divergence::kl_von_mises_fisher_uniform};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// // On the sphere of three dimensions: ln(k / sinh k) + k coth k - 1.
/// let q = VonMisesFisher::new(&Tensor::constant(array![[0.0, 0.0, 1.0]]), Tensor::constant(array![2.0_f64]))?;
/// let want = (2.0 / 2.0_f64.sinh()).ln() + 2.0 / 2.0_f64.tanh() - 1.0;
/// assert!((kl_von_mises_fisher_uniform(&q, Sum).item() - want).abs() < 1e-14);
/// # Ok::<(), latent_losses::LossError>(())
/// ```
#[must_use]
#[track_caller]
pub fn kl_von_mises_fisher_uniform<E: Scalar>(q: &VonMisesFisher<E>, reduction: impl Reduction) -> Tensor<E> {
    let (v, k) = (q.order(), q.concentration());
    let zero = log_bessel_scaled(v, &Tensor::scalar(E::zero()));
    reduction.reduce(&(k * bessel_ratio(v, k) - log_bessel_scaled(v, k) + zero))
}

/// The divergence `KL(q || p)` of von Mises-Fisher distributions, in nats, shape (N).
///
/// ```
/// use latent_losses::{Sum, distributions::VonMisesFisher, divergence::kl_von_mises_fisher};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let around = |m| VonMisesFisher::new(&Tensor::constant(m), Tensor::constant(array![3.0_f64]));
/// let (q, p) = (around(array![[1.0, 0.0]])?, around(array![[-1.0, 0.0]])?);
/// assert!(kl_von_mises_fisher(&q, &p, Sum).item() > kl_von_mises_fisher(&q, &q, Sum).item());
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn kl_von_mises_fisher<E: Scalar>(
    q: &VonMisesFisher<E>,
    p: &VonMisesFisher<E>,
    reduction: impl Reduction,
) -> Tensor<E> {
    check_same_shape("kl_von_mises_fisher", ("q", q.direction()), ("p", p.direction()));
    let (v, k, other) = (q.order(), q.concentration(), p.concentration());
    let cosine = (q.direction() * p.direction()).sum_axes(&[1], false);
    let normalizers = log_bessel_scaled(v, other) - log_bessel_scaled(v, k);
    reduction.reduce(&(normalizers + bessel_ratio(v, k) * (k - other * cosine)))
}
