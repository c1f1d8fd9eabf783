//! `KL(q || p) = ln(1 + e^m) - ln(1 + e^l) - s(l) (m - l)` for each element, with the logits `l` of `q` and `m` of `p`

use crate::Reduction;
use crate::distributions::Bernoulli;
use crate::error::check_same_shape;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The divergence `KL(q || p)` of Bernoulli distributions, in nats, for each element; finite for all finite logits.
///
/// ```
/// use latent_losses::{Sum, distributions::Bernoulli, divergence::kl_bernoulli};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// // A certain one against a fair coin.
/// let q = Bernoulli::new(Tensor::constant(array![[500.0_f64]]));
/// let p = Bernoulli::new(Tensor::constant(array![[0.0]]));
/// assert!((kl_bernoulli(&q, &p, Sum).item() - 2.0_f64.ln()).abs() < 1e-15);
/// ```
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn kl_bernoulli<E: Scalar>(q: &Bernoulli<E>, p: &Bernoulli<E>, reduction: impl Reduction) -> Tensor<E> {
    check_same_shape("kl_bernoulli", ("q", q.logits()), ("p", p.logits()));
    // Cross-entropy less entropy, both of which are computed without overflow.
    let probability = q.logits().sigmoid();
    let (cross, own) = (p.logits().bce_with_logits(&probability), q.logits().bce_with_logits(&probability));
    reduction.reduce(&(cross - own))
}
