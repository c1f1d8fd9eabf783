//! `ln sum_c e^(l_c) - l_k` for the class `k`

use crate::Reduction;
use crate::error::LossError;
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The negative log-likelihood of class indices under the softmax of logits, in nats for each index: what is often
/// called the cross-entropy.
///
/// # Shapes
/// Logits are (N, classes, ...), indices are in row-major order of (N, ...): one for each sample, or for each pixel
/// of (N, classes, H, W). The unreduced losses are (N, ...).
///
/// ```
/// use latent_losses::{Mean, MeanOverBatch, reconstruction::categorical_nll};
/// use latent_tensor::Tensor;
///
/// let loss = categorical_nll(&Tensor::<f64>::zeros(&[3, 10]), &[0, 9, 4], Mean)?;
/// assert!((loss.item() - 10.0_f64.ln()).abs() < 1e-14);
/// // Two pixels of one image.
/// let loss = categorical_nll(&Tensor::<f64>::zeros(&[1, 4, 1, 2]), &[3, 0], MeanOverBatch)?;
/// assert!((loss.item() - 2.0 * 4.0_f64.ln()).abs() < 1e-14);
///
/// let error = categorical_nll(&Tensor::<f64>::zeros(&[1, 10]), &[10], Mean).unwrap_err();
/// assert_eq!(error.to_string(), "categorical_nll: class 10 at position 0, but the logits are of 10 classes");
/// # Ok::<(), latent_losses::LossError>(())
/// ```
///
/// # Errors
/// If an index is not below the number of classes.
///
/// # Panics
/// If there are no two axes, or the number of indices does not fit.
#[track_caller]
pub fn categorical_nll<E: Scalar>(
    logits: &Tensor<E>,
    classes: &[usize],
    reduction: impl Reduction,
) -> Result<Tensor<E>, LossError> {
    let shape = logits.shape();
    assert!(shape.len() > 1, "categorical_nll: logits of the shape {shape:?}, not (N, classes, ...)");
    let left: Vec<usize> = [&shape[..1], &shape[2..]].concat();
    let places: usize = left.iter().product();
    assert!(
        classes.len() == places,
        "categorical_nll: logits of the shape {shape:?} need {places} class indices, not {}",
        classes.len()
    );
    let loss = "categorical_nll";
    if let Some(index) = classes.iter().position(|&class| class >= shape[1]) {
        return Err(LossError::Class { loss, index, class: classes[index], classes: shape[1] });
    }
    let rows = if shape.len() == 2 {
        logits.clone()
    } else {
        let last: Vec<usize> = [0].into_iter().chain(2..shape.len()).chain([1]).collect();
        logits.permute(&last).reshape(&[places, shape[1]])
    };
    Ok(reduction.reduce(&rows.cross_entropy(classes).reshape(&left)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::{Categorical, Distribution};
    use crate::testing::{all_close, array, is_finite};
    use crate::{Elements, PerSample, Sum};
    use latent_numeric::random::Stream;
    use latent_tensor::check::gradients;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn pixels_are_samples_of_their_own(seed: u64) {
            let x = array(seed, &[2, 5, 3, 2], -3.0, 3.0);
            let mut stream = Stream::new(seed, "classes", &[]);
            let classes: Vec<usize> = (0..12).map(|_| stream.below(5)).collect();
            let logits = Tensor::constant(x.clone());
            let q = Categorical::new(logits.permute(&[0, 2, 3, 1]));
            let one_hot = Tensor::one_hot(&classes, 5).reshape(&[2, 3, 2, 5]);
            let got = categorical_nll(&logits, &classes, PerSample).unwrap();
            prop_assert!(all_close(&got, &-q.log_prob(&one_hot)));
            prop_assert_eq!(gradients(&[x], |x| categorical_nll(&x[0], &classes, Elements).unwrap()), Ok(()));
        }
    }

    #[test]
    fn certain_logits() {
        assert!(is_finite(&[1e30, -1e30, 1e4, 0.0], |x| categorical_nll(&x.reshape(&[2, 2]), &[1, 0], Sum).unwrap()));
    }

    #[test]
    #[should_panic(expected = "categorical_nll: logits of the shape [2, 3] need 2 class indices, not 3")]
    fn indices_for_each_logit() {
        let _ = categorical_nll(&Tensor::<f32>::zeros(&[2, 3]), &[0, 1, 2], Sum);
    }
}
