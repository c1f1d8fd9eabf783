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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{close, normal};
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn value_and_gradients(seed: u64, n in 1_usize..4, d in 1_usize..4) {
            let (mu, log_var) = (normal(seed, &[n, d]), normal(seed / 3, &[n, d]));
            let want = mu.iter().zip(&log_var).map(|(m, l): (&f64, &f64)| (m * m + l.exp() - 1.0).powi(2)).sum::<f64>();
            let got = latent_moment(&Tensor::constant(mu.clone()), &Tensor::constant(log_var.clone()), 0.3).item();
            prop_assert!(close(got, 0.3 / 2.0 * want / (n * d) as f64, 1e-13));
            prop_assert_eq!(gradients(&[mu, log_var], |x| latent_moment(&x[0], &x[1], 0.3)), Ok(()));
        }

        #[test]
        fn it_is_zero_where_the_second_moment_is_one(angle in 0.01_f64..1.5) {
            let mu = Tensor::scalar(angle.cos());
            let log_var = Tensor::scalar(2.0 * angle.sin().ln());
            prop_assert!(latent_moment(&mu, &log_var, 1.0).item() < 1e-28);
        }
    }

    #[test]
    #[should_panic(expected = "latent_moment: mu of shape [2, 3] and log_var of shape [3]")]
    fn shapes_are_not_broadcast() {
        let _ = latent_moment(&Tensor::<f32>::zeros(&[2, 3]), &Tensor::zeros(&[3]), 1.0);
    }
}
