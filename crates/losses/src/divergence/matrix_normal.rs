//! `KL(q || p) = 1/2 [||A_p^-1 A_q||^2 ||B_p^-1 B_q||^2 + ||A_p^-1 (M_q - M_p) B_p^-T||^2 - m n] + ln|S_p| - ln|S_q|`,
//! with `ln|S| = n ln|A| + m ln|B|`
//!
//! Wang, Yuan and Ji, *Spatial variational auto-encoding via matrix-variate normal distributions*, 2019.

use crate::Reduction;
use crate::distributions::{LowRankMatrixNormal, MatrixNormal, squares};
use crate::error::check_same_shape;
use latent_numeric::{Scalar, power_of_two};
use latent_tensor::Tensor;
use ndarray::Axis;

/// The divergence `KL(q || p)` of matrix-variate normal distributions, in nats; means (N, ..., m, n) give (N, ...).
///
/// ```
/// use latent_losses::{Sum, distributions::MatrixNormal, divergence::kl_matrix_normal};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let one = || Tensor::constant(array![[[1.0_f64]]]);
/// let q = MatrixNormal::new(one(), one(), one())?;
/// let p = MatrixNormal::new(Tensor::zeros(&[1, 1, 1]), one(), one())?;
/// assert_eq!(kl_matrix_normal(&q, &p, Sum).item(), 0.5);
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Panics
/// If the shapes differ.
#[must_use]
#[track_caller]
pub fn kl_matrix_normal<E: Scalar>(q: &MatrixNormal<E>, p: &MatrixNormal<E>, reduction: impl Reduction) -> Tensor<E> {
    check_same_shape("kl_matrix_normal", ("q", q.mean()), ("p", p.mean()));
    let [m, n] = q.size();
    let rows = squares(&p.row_tril().triangular_solve(q.row_tril(), false), 2);
    let columns = squares(&p.col_tril().triangular_solve(q.col_tril(), false), 2);
    let quadratic = (rows * columns + p.mahalanobis(q.mean()) - E::of((m * n) as f64)) * E::of(0.5);
    reduction.reduce(&(quadratic + p.half_log_determinant() - q.half_log_determinant()))
}

/// The divergence of low-rank matrix-variate normal distributions from the standard normal distribution, in nats;
/// `mu` (N, ..., m) and `nu` (N, ..., n) give (N, ...):
/// `1/2 [(sum s)(sum t) + ||mu||^2 ||nu||^2 - m n - n sum ln s - m sum ln t]`.
///
/// Its cost is that of m + n numbers, not of m n.
///
/// ```
/// use latent_losses::{Sum, distributions::LowRankMatrixNormal, divergence::kl_low_rank_matrix_normal};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let zeros = || Tensor::zeros(&[1, 2]);
/// let mu = Tensor::constant(array![[1.0, 1.0]]);
/// let q = LowRankMatrixNormal::new(mu.clone(), zeros(), mu, zeros());
/// assert_eq!(kl_low_rank_matrix_normal(&q, Sum).item(), 2.0);
/// ```
#[must_use]
#[track_caller]
pub fn kl_low_rank_matrix_normal<E: Scalar>(q: &LowRankMatrixNormal<E>, reduction: impl Reduction) -> Tensor<E> {
    let [mu, log_s, nu, log_t] = q.parts();
    let [m, n] = [mu, nu].map(|x| E::of(x.shape()[x.rank() - 1] as f64));
    let total = |x: &Tensor<E>| x.sum_axes(&[x.rank() - 1], false);
    // Only products of the two sides are bounded: what is moved from one to the other leaves them as they are.
    let (shift, unit) = (largest_of_rows(log_t), powers_of_two(&largest_of_rows(&nu.abs())));
    let spread = total(&(log_s + &shift).exp()) * total(&(log_t - shift).exp()) - m * n;
    let distance = squares(&(mu * &unit), 1) * squares(&(nu / unit), 1);
    let volume = total(log_s) * n + total(log_t) * m;
    reduction.reduce(&((spread + distance - volume) * E::of(0.5)))
}

/// The largest element along the last axis, which is kept; a constant.
fn largest_of_rows<E: Scalar>(x: &Tensor<E>) -> Tensor<E> {
    let larger = |largest: E, &x: &E| if x > largest { x } else { largest };
    let axis = Axis(x.rank() - 1);
    Tensor::constant(x.array().map_axis(axis, |row| row.iter().fold(E::neg_infinity(), larger)).insert_axis(axis))
}

/// The largest power of two up to each of these numbers, one where there is none.
fn powers_of_two<E: Scalar>(x: &Tensor<E>) -> Tensor<E> {
    Tensor::constant(x.array().mapv(power_of_two))
}
