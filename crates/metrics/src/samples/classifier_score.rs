//! `exp(mean_x KL(p(y | x) || p(y)))` with `p(y) = mean_x p(y | x)`

use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// A classifier's score of samples; see [`classifier_score`].
#[derive(Clone, Debug, PartialEq)]
pub struct ClassifierScore {
    /// The mean over the parts: 1 to the number of classes.
    pub score: f64,
    /// The standard deviation over the parts, zero of a single one.
    pub deviation: f64,
    /// The number of samples.
    pub samples: usize,
    /// The number of parts, each of which has a marginal of its own.
    pub parts: usize,
}

/// The inception score with any classifier: high where each sample is of one class for certain, and the classes are
/// equally frequent.
///
/// # Shapes
/// `logits` are (samples, classes): logarithms of probabilities up to a number of each row's own.
///
/// # Estimator
/// Samples are cut into so many parts, in order, of sizes that differ by one at most (published: 10). A part's marginal
/// comes from its own samples, so that the score of few samples is too low.
///
/// # Errors
/// No part or fewer samples than parts, fewer than two classes, elements that are not finite.
///
/// # Source
/// Salimans et al., *Improved techniques for training GANs*, 2016, section 4.
///
/// ```
/// use latent_metrics::samples::classifier_score;
/// use ndarray::Array2;
///
/// let certain = Array2::from_shape_fn((40, 4), |(n, class)| if n % 4 == class { 100.0 } else { 0.0 });
/// assert!((classifier_score(certain.view(), 1)?.score - 4.0).abs() < 1e-9);
/// assert!((classifier_score(Array2::<f32>::zeros((40, 4)).view(), 10)?.score - 1.0).abs() < 1e-12);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn classifier_score<E: Scalar>(logits: ArrayView2<'_, E>, parts: usize) -> Result<ClassifierScore, MetricError> {
    let input = Input("classifier score");
    input.setting(parts > 0, "number of parts", parts as f64, "at least 1")?;
    let logits = input.rows("samples", logits, parts)?;
    input.at_least("classes", logits.ncols(), 2)?;
    let n = logits.nrows();
    let logs = log_softmax(logits);
    let scores: Array1<f64> =
        (0..parts).map(|part| score(logs.slice(s![part * n / parts..(part + 1) * n / parts, ..]))).collect();
    let deviation = scores.std(0.0);
    Ok(ClassifierScore { score: scores.mean().expect("parts"), deviation, samples: n, parts })
}

fn log_softmax(mut logits: Array2<f64>) -> Array2<f64> {
    for mut row in logits.rows_mut() {
        let largest = row.fold(f64::NEG_INFINITY, |largest, &x| largest.max(x));
        let normalizer = largest + row.iter().map(|x| (x - largest).exp()).sum::<f64>().ln();
        row -= normalizer;
    }
    logits
}

fn score(logs: ArrayView2<'_, f64>) -> f64 {
    let shares = logs.mapv(f64::exp);
    let marginal = shares.mean_axis(Axis(0)).expect("samples");
    let divergences = logs.rows().into_iter().zip(shares.rows()).map(|(logs, shares)| {
        let terms = shares.iter().zip(logs).zip(&marginal).filter(|((p, _), _)| **p > 0.0);
        terms.map(|((p, log), marginal)| p * (log - marginal.ln())).sum::<f64>()
    });
    (divergences.sum::<f64>() / logs.nrows() as f64).exp()
}
