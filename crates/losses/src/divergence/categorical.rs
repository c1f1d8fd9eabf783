//! `KL(q || p) = sum_k q_k (ln q_k - ln p_k)`, from logits along the last axis

use crate::Reduction;
use crate::distributions::Categorical;
use crate::error::check_same_shape;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The divergence `KL(q || p)` of categorical distributions, in nats; logits (N, ..., classes) give (N, ...).
///
/// ```
/// use latent_losses::{Sum, distributions::Categorical, divergence::kl_categorical};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// // A certain class against a uniform distribution of four.
/// let q = Categorical::new(Tensor::constant(array![[900.0_f64, 0.0, 0.0, 0.0]]));
/// let p = Categorical::new(Tensor::zeros(&[1, 4]));
/// assert!((kl_categorical(&q, &p, Sum).item() - 4.0_f64.ln()).abs() < 1e-14);
/// ```
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn kl_categorical<E: Scalar>(q: &Categorical<E>, p: &Categorical<E>, reduction: impl Reduction) -> Tensor<E> {
    check_same_shape("kl_categorical", ("q", q.logits()), ("p", p.logits()));
    let last = q.logits().rank() - 1;
    let ratio = q.logits().log_softmax(last) - p.logits().log_softmax(last);
    reduction.reduce(&(q.logits().softmax(last) * ratio).sum_axes(&[last], false))
}
