//! `KL(q || p) = sum_k q_k (ln q_k - ln p_k)`, from logits along the last axis

use crate::Reduction;
use crate::distributions::Categorical;
use crate::error::check_same_shape;
use crate::special::flag;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `q (ln q - ln p)`, element by element, from the probabilities and both logarithms.
///
/// Minus infinity is the logarithm of what is impossible: `0 ln(0 / p) = 0`, and `q ln(q / 0)` is infinite.
pub(super) fn relative_entropy<E: Scalar>(q: &Tensor<E>, log_q: &Tensor<E>, log_p: &Tensor<E>) -> Tensor<E> {
    let is_possible = |log: &Tensor<E>| log.array().mapv(|log| flag(log != E::neg_infinity()));
    let [by_q, by_p] = [log_q, log_p].map(|log| Tensor::constant(is_possible(log)));
    let (zero, infinity) = (Tensor::scalar(E::zero()), Tensor::scalar(E::infinity()));
    let ratio = by_p.where_(&by_q.where_(&(log_q - log_p), &zero), &zero);
    by_p.where_(&(q * ratio), &by_q.where_(&infinity, &zero))
}

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
/// A class whose logit is minus infinity is impossible. One that is impossible under `q` adds nothing, and has no
/// gradient; one that is impossible under `p` alone makes the divergence infinite.
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn kl_categorical<E: Scalar>(q: &Categorical<E>, p: &Categorical<E>, reduction: impl Reduction) -> Tensor<E> {
    check_same_shape("kl_categorical", ("q", q.logits()), ("p", p.logits()));
    let last = q.logits().rank() - 1;
    let [log_q, log_p] = [q, p].map(|of| of.logits().log_softmax(last));
    reduction.reduce(&relative_entropy(&q.logits().softmax(last), &log_q, &log_p).sum_axes(&[last], false))
}
