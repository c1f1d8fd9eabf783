//! `KL(q || p) = r - 1 - ln r + r (|u| + e^-|u| - 1)` for each element, with `r = b_q / b_p`, `u = (m_q - m_p) / b_q`

use crate::Reduction;
use crate::distributions::Laplace;
use crate::error::check_same_shape;
use crate::special::{exp_excess, flag, mean_decay, product, square, times_exp};
use latent_numeric::Scalar;
use latent_tensor::{Tensor, no_grad};

/// From this `|u|` on, `e^-|u|` is lost in `|u|`, and the divergence is `|m_q - m_p| / b_p - 1 - ln r`.
const FAR: f64 = 50.0;

/// The divergence `KL(q || p)` of Laplace distributions, in nats, for each element.
///
/// It is twice differentiable also where the locations are equal, with exact derivatives. Scales may be as small as
/// their logarithms allow: what is infinite is the divergence itself, where it is larger than the floating point type
/// can hold.
///
/// ```
/// use latent_losses::{Sum, distributions::Laplace, divergence::kl_laplace};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let q = Laplace::new(Tensor::constant(array![[1.0_f64]]), Tensor::zeros(&[1, 1]));
/// let p = Laplace::new(Tensor::zeros(&[1, 1]), Tensor::zeros(&[1, 1]));
/// assert!((kl_laplace(&q, &p, Sum).item() - (-1.0_f64).exp()).abs() < 1e-15);
/// ```
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn kl_laplace<E: Scalar>(q: &Laplace<E>, p: &Laplace<E>, reduction: impl Reduction) -> Tensor<E> {
    check_same_shape("kl_laplace", ("q", q.location()), ("p", p.location()));
    let (log_ratio, difference) = (q.log_scale() - p.log_scale(), q.location() - p.location());
    let narrow = -q.log_scale();
    let is_near = no_grad(|| times_exp(&difference, &narrow)).array().mapv(|u| flag(u.abs() < E::of(FAR)));
    let (is_near, zero) = (Tensor::constant(is_near), Tensor::scalar(E::zero()));
    // What a branch is not taken for is zero in it, so that nothing infinite comes back from there.
    let [near_ratio, near] = [&log_ratio, &difference].map(|x| is_near.where_(x, &zero));
    // r (|u| + e^-|u| - 1) = 1/2 (m_q - m_p)^2 / (b_q b_p) times what is about one.
    let between = (q.log_scale() + p.log_scale()) * E::of(-0.5);
    let decay = mean_decay(&times_exp(&near, &narrow));
    let excess = product(&square(&times_exp(&near, &between)), &decay) * E::of(0.5);
    let distance = times_exp(&is_near.where_(&zero, &difference), &-p.log_scale()).abs();
    let apart = distance - log_ratio - E::one();
    reduction.reduce(&is_near.where_(&(exp_excess(&near_ratio) + excess), &apart))
}
