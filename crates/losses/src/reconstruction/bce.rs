//! `-t ln p - (1 - t) ln(1 - p)`

use crate::Reduction;
use crate::error::{LossError, check_range, check_same_shape};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The binary cross-entropy of targets under Bernoulli distributions with these logits, in nats for each element:
/// `max(l, 0) - l t + ln(1 + e^-|l|)`.
///
/// For targets 0 and 1 it is the negative log-likelihood. For targets between, it is a cross-entropy that is not zero
/// for a perfect prediction; [`continuous_bernoulli_nll`](crate::reconstruction::continuous_bernoulli_nll) is the
/// likelihood of such data. Finite for all finite logits.
///
/// ```
/// use latent_losses::{MeanOverBatch, reconstruction::bce_with_logits};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let logits = Tensor::constant(array![[0.0_f64, 1000.0]]);
/// let loss = bce_with_logits(&logits, &Tensor::constant(array![[1.0, 1.0]]), MeanOverBatch)?;
/// assert!((loss.item() - 2.0_f64.ln()).abs() < 1e-15);
///
/// let error = bce_with_logits(&logits, &Tensor::constant(array![[0.0, 255.0]]), MeanOverBatch).unwrap_err();
/// assert_eq!(error.to_string(), "bce_with_logits: targets must lie in [0, 1], but range from 0 to 255");
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If a target is outside `[0, 1]`, or NaN.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn bce_with_logits<E: Scalar>(
    logits: &Tensor<E>,
    targets: &Tensor<E>,
    reduction: impl Reduction,
) -> Result<Tensor<E>, LossError> {
    check_same_shape("bce_with_logits", ("logits", logits), ("targets", targets));
    check_range("bce_with_logits", "targets", targets, 0.0, 1.0)?;
    Ok(reduction.reduce(&logits.bce_with_logits(targets)))
}

/// The same from probabilities, for models that end in a sigmoid. From logits it is exact everywhere, and faster.
///
/// The arguments of the logarithms count as no less than `e^-100` (the smallest normal number in single precision,
/// about `e^-87`): a certain and wrong prediction costs 100 (87) nats, and has no gradient.
///
/// ```
/// use latent_losses::{Sum, reconstruction::bce};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let loss = bce(&Tensor::constant(array![[0.5, 1.0]]), &Tensor::constant(array![[0.3, 1.0]]), Sum)?;
/// assert!((loss.item() - 2.0_f64.ln()).abs() < 1e-15);
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If a probability or a target is outside `[0, 1]`, or NaN.
///
/// # Panics
/// If the shapes differ.
#[track_caller]
pub fn bce<E: Scalar>(
    probabilities: &Tensor<E>,
    targets: &Tensor<E>,
    reduction: impl Reduction,
) -> Result<Tensor<E>, LossError> {
    check_same_shape("bce", ("probabilities", probabilities), ("targets", targets));
    check_range("bce", "probabilities", probabilities, 0.0, 1.0)?;
    check_range("bce", "targets", targets, 0.0, 1.0)?;
    let least = E::min_positive_value().max(E::of((-100.0_f64).exp()));
    let log = |p: &Tensor<E>| p.clamp(least, E::infinity()).ln();
    let one = Tensor::scalar(E::one());
    let both = targets * log(probabilities) + (&one - targets) * log(&(&one - probabilities));
    Ok(reduction.reduce(&-both))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{all_close, array, is_finite};
    use crate::{Elements, Sum};
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn logits_and_probabilities_agree(seed: u64) {
            let (x, t) = (array(seed, &[3, 4], -5.0, 5.0), array(seed / 2, &[3, 4], 0.05, 0.95));
            let (a, b) = (Tensor::constant(x.clone()), Tensor::constant(t.clone()));
            let of_logits = bce_with_logits(&a, &b, Elements).unwrap();
            prop_assert!(all_close(&bce(&a.sigmoid(), &b, Elements).unwrap(), &of_logits));
            // Gibbs: no prediction is better than the target itself.
            prop_assert!(bce(&b, &b, Sum).unwrap().item() <= of_logits.sum().item());
            prop_assert_eq!(gradients(&[x.clone(), t.clone()], |x| bce_with_logits(&x[0], &x[1], Sum).unwrap()), Ok(()));
            prop_assert_eq!(gradients(&[x, t], |x| bce(&x[0].sigmoid(), &x[1], Sum).unwrap()), Ok(()));
        }
    }

    #[test]
    fn certain_predictions() {
        let targets = Tensor::constant(ndarray::array![0.0_f32, 1.0, 0.0, 1.0, 0.5, 0.5]);
        assert!(is_finite(&[0.0, 0.0, 1.0, 1.0, 0.0, 1.0], |p| bce(p, &targets, Sum).unwrap()));
        assert!(is_finite(&[1e30, -1e30, 1e4, -1e4, 90.0, -90.0], |x| bce_with_logits(x, &targets, Sum).unwrap()));
        let wrong = bce(&Tensor::scalar(0.0_f64), &Tensor::scalar(1.0), Sum).unwrap().item();
        assert!((wrong - 100.0).abs() < 1e-12);
    }

    #[test]
    fn numbers_outside_of_their_domain() {
        let (good, bad) = (Tensor::full(&[1, 2], 0.5), Tensor::full(&[1, 2], -0.25));
        assert_eq!(
            bce(&bad, &good, Sum).unwrap_err().to_string(),
            "bce: probabilities must lie in [0, 1], but range from -0.25 to -0.25"
        );
        assert!(bce(&good, &bad, Sum).is_err());
        assert!(bce_with_logits(&bad, &good, Sum).is_ok());
        assert!(matches!(
            bce_with_logits(&good, &Tensor::full(&[1, 2], f64::NAN), Sum),
            Err(LossError::NotANumber { index: 0, .. })
        ));
    }
}
