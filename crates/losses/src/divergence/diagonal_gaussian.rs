//! `KL(N(m, s^2) || N(n, t^2)) = 1/2 [e^d - 1 - d + (m - n)^2 / t^2]` for each element, with `d = ln s^2 - ln t^2`

use crate::Reduction;
use crate::distributions::DiagonalGaussian;
use crate::error::check_same_shape;
use crate::special::{exp_excess, square, times_exp};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The divergence of diagonal Gaussians from the standard normal distribution, in nats: for each element
/// `1/2 (m^2 + s^2 - 1 - ln s^2)`.
///
/// Kingma and Welling, *Auto-encoding variational Bayes*, 2014, appendix B. Nothing cancels near zero, so the result
/// is never negative, in single precision either.
///
/// # Shapes
/// `mean` and `log_var` have the same shape (N, ...); so have the elements.
///
/// ```
/// use latent_losses::{MeanOverBatch, divergence::kl_standard_normal};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let mean = Tensor::constant(array![[2.0, 0.0], [0.0, 0.0]]);
/// assert_eq!(kl_standard_normal(&mean, &Tensor::zeros(&[2, 2]), MeanOverBatch).item(), 1.0);
/// ```
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn kl_standard_normal<E: Scalar>(mean: &Tensor<E>, log_var: &Tensor<E>, reduction: impl Reduction) -> Tensor<E> {
    check_same_shape("kl_standard_normal", ("mean", mean), ("log_var", log_var));
    reduction.reduce(&((exp_excess(log_var) + mean.square()) * E::of(0.5)))
}

/// The divergence `KL(q || p)` of diagonal Gaussians, in nats, for each element.
///
/// ```
/// use latent_losses::{Sum, distributions::DiagonalGaussian, divergence::kl_diagonal_gaussian};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let q = DiagonalGaussian::new(Tensor::constant(array![[1.0]]), Tensor::constant(array![[0.0]]));
/// let p = DiagonalGaussian::new(Tensor::constant(array![[3.0]]), Tensor::constant(array![[0.0]]));
/// assert_eq!(kl_diagonal_gaussian(&q, &p, Sum).item(), 2.0);
/// ```
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn kl_diagonal_gaussian<E: Scalar>(
    q: &DiagonalGaussian<E>,
    p: &DiagonalGaussian<E>,
    reduction: impl Reduction,
) -> Tensor<E> {
    check_same_shape("kl_diagonal_gaussian", ("q", q.mean()), ("p", p.mean()));
    let spread = exp_excess(&(q.log_var() - p.log_var()));
    let distance = times_exp(&(q.mean() - p.mean()), &(p.log_var() * E::of(-0.5)));
    reduction.reduce(&((spread + square(&distance)) * E::of(0.5)))
}
