//! `KL(q || p) = s(l) ln(s(l) / s(m)) + s(-l) ln(s(-l) / s(-m))` for each element, with the logits `l` of `q` and `m`
//! of `p`, `s(x) = 1 / (1 + e^-x)`

use super::categorical::relative_entropy;
use crate::Reduction;
use crate::distributions::Bernoulli;
use crate::error::check_same_shape;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The divergence `KL(q || p)` of Bernoulli distributions, in nats, for each element; finite for all finite logits.
///
/// An infinite logit is a certain outcome: it adds nothing if it is certain under `p` too, and makes the divergence
/// infinite if it is impossible there.
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
    // Of both outcomes: -ln s(x) = ln(1 + e^-x).
    let outcome = |sign: E| {
        let [l, m] = [q, p].map(|of| of.logits() * sign);
        relative_entropy(&l.sigmoid(), &-(-&l).softplus(), &-(-m).softplus())
    };
    reduction.reduce(&(outcome(E::one()) + outcome(-E::one())))
}
