//! `lambda / 2 mean((mu^2 + sigma^2 - 1)^2)`

use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `lambda / 2 mean over samples and dimensions of (mu^2 + sigma^2 - 1)^2`, for a posterior `N(mu, diag(sigma^2))`.
///
/// `mu^2 + sigma^2` is the second moment of a latent variable under the posterior of one sample. The penalty draws it
/// to one, that of the prior `N(0, I)`, and is zero for every posterior that has it, such as `mu = 1, sigma = 0`:
/// it stands beside the Kullback-Leibler divergence, not in its place. Its gradients are
/// `2 lambda mu m / n` and `lambda sigma^2 m / n` with respect to `mu` and `ln sigma^2`, where `m` is
/// `mu^2 + sigma^2 - 1` and `n` the number of elements.
///
/// # Shapes
/// `mu` and `log_var = ln sigma^2` have one shape, usually (samples, latent dimensions); the result has no axes.
///
/// # Panics
/// If the shapes differ.
///
/// ```
/// use latent_regularizers::latent_moment;
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let (mu, log_var) = (Tensor::constant(array![[2.0, 0.0]]), Tensor::constant(array![[0.0, 0.0]]));
/// assert_eq!(latent_moment(&mu, &log_var, 1.0).item(), 4.0);
/// ```
#[track_caller]
pub fn latent_moment<E: Scalar>(mu: &Tensor<E>, log_var: &Tensor<E>, lambda: f64) -> Tensor<E> {
    assert!(
        mu.shape() == log_var.shape(),
        "latent_moment: mu of shape {:?} and log_var of shape {:?}",
        mu.shape(),
        log_var.shape()
    );
    (mu.square() + log_var.exp() - E::one()).square().mean() * E::of(lambda / 2.0)
}
