//! `-t l + ln(1 + e^l) - ln C(l)`, with the normaliser `C(l) = l coth(l / 2)` of logit `l`

use crate::Reduction;
use crate::error::{LossError, check_range, check_same_shape};
use crate::special::log_x_coth_half_x;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The negative log-likelihood of targets in `[0, 1]` under continuous Bernoulli distributions with these logits, in
/// nats for each element. It is the density's, and so may be negative.
///
/// Loaiza-Ganem and Cunningham, *The continuous Bernoulli: fixing a pervasive error in variational autoencoders*,
/// 2019, equations 4 and 5: the binary cross-entropy less `ln C`, `C = 2 atanh(1 - 2 p) / (1 - 2 p)`. In logits this
/// is `l coth(l / 2)`, whose logarithm is [smooth](log_x_coth_half_x) where `p = 1/2`.
///
/// ```
/// use latent_losses::{Sum, reconstruction::continuous_bernoulli_nll};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// // With logit zero it is the uniform distribution.
/// let loss = continuous_bernoulli_nll(&Tensor::zeros(&[1, 1]), &Tensor::constant(array![[0.3_f64]]), Sum)?;
/// assert!(loss.item().abs() < 1e-15);
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If a target is outside `[0, 1]`, or NaN.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn continuous_bernoulli_nll<E: Scalar>(
    logits: &Tensor<E>,
    targets: &Tensor<E>,
    reduction: impl Reduction,
) -> Result<Tensor<E>, LossError> {
    check_same_shape("continuous_bernoulli_nll", ("logits", logits), ("targets", targets));
    check_range("continuous_bernoulli_nll", "targets", targets, 0.0, 1.0)?;
    Ok(reduction.reduce(&(logits.bce_with_logits(targets) - log_x_coth_half_x(logits))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{array, is_finite};
    use crate::{Elements, Sum};
    use latent_tensor::check::gradients;
    use ndarray::Array1;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn gradients_of_order_one_and_two(seed: u64, width in prop_oneof![0.01_f64..0.5, 1.0_f64..8.0]) {
            let (x, t) = (array(seed, &[3, 4], -width, width), array(seed / 2, &[3, 4], 0.05, 0.95));
            prop_assert_eq!(gradients(&[x, t], |x| continuous_bernoulli_nll(&x[0], &x[1], Sum).unwrap()), Ok(()));
        }

        #[test]
        fn the_density_integrates_to_one(logit in prop_oneof![-0.01_f64..0.01, -12.0_f64..12.0]) {
            // Simpson's rule.
            let n = 2000;
            let targets = Array1::linspace(0.0, 1.0, n + 1);
            let logits = Tensor::full(&[n + 1], logit);
            let nll = continuous_bernoulli_nll(&logits, &Tensor::constant(targets), Elements).unwrap();
            let weight = |i| if i == 0 || i == n { 1.0 } else if i % 2 == 1 { 4.0 } else { 2.0 };
            let total: f64 = nll.array().iter().enumerate().map(|(i, nll): (usize, &f64)| weight(i) * (-nll).exp()).sum();
            prop_assert!((total / (3.0 * n as f64) - 1.0).abs() < 1e-8);
        }
    }

    #[test]
    fn extreme_logits() {
        let targets = Tensor::constant(ndarray::array![0.0_f32, 1.0, 0.5, 0.5]);
        assert!(is_finite(&[1e30, -1e4, 0.0, 1e-20], |x| continuous_bernoulli_nll(x, &targets, Sum).unwrap()));
    }
}
