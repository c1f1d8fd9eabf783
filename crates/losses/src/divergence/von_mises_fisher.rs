//! `KL(q || p) = g(k_p) - g(k_q) + A(k_q) (k_q - k_p m_q^T m_p)`, with `g(k) = ln(I_v(k) / k^v)`,
//! `A(k) = I_(v+1)(k) / I_v(k)`, `v = p/2 - 1`
//!
//! The uniform distribution is the one of concentration zero: `U(k) = KL(q || uniform) = k A(k) - g(k) + g(0)`,
//! Davidson et al. 2018, equation 13. In it, whose parts of the size of `k` cancel in closed form,
//! `KL(q || p) = U(k_q) - U(k_p) + k_p [A(k_p) - A(k_q) + A(k_q) ||m_q - m_p||^2 / 2]`.

use crate::Reduction;
use crate::distributions::VonMisesFisher;
use crate::error::check_same_shape;
use crate::special::{bessel_divergence, bessel_ratio, bessel_ratio_deficit, flag};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::Zip;

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
    reduction.reduce(&bessel_divergence(q.order(), q.concentration()))
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
    // 1 - m_q^T m_p
    let apart = (q.direction() - p.direction()).square().sum_axes(&[1], false) * E::of(0.5);
    let normalizers = bessel_divergence(v, k) - bessel_divergence(v, other);
    let (length, length_of_other) = (bessel_ratio(v, k), bessel_ratio(v, other));
    // Lengths near one differ as what they leave of it, which is not rounded to nothing.
    let half = E::of(0.5);
    let is_near_one =
        Zip::from(length.array()).and(length_of_other.array()).map_collect(|&a, &b| flag(a.min(b) > half));
    let left = bessel_ratio_deficit(v, k) - bessel_ratio_deficit(v, other);
    let spread = Tensor::constant(is_near_one).where_(&left, &(length_of_other - &length));
    reduction.reduce(&(normalizers + other * (spread + length * apart)))
}
