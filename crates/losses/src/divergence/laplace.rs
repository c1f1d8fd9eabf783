//! `KL(q || p) = r - 1 - ln r + r (|u| + e^-|u| - 1)` for each element, with `r = b_q / b_p`, `u = (m_q - m_p) / b_q`

use crate::Reduction;
use crate::distributions::Laplace;
use crate::error::check_same_shape;
use crate::special::{abs_excess, exp_excess};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The divergence `KL(q || p)` of Laplace distributions, in nats, for each element.
///
/// It is twice differentiable also where the locations are equal, with exact derivatives.
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
    let log_ratio = q.log_scale() - p.log_scale();
    let u = (q.location() - p.location()) * (-q.log_scale()).exp();
    reduction.reduce(&(exp_excess(&log_ratio) + log_ratio.exp() * abs_excess(&u)))
}
