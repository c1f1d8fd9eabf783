//! What classifiers say.

use latent_tensor::Tensor;
use latent_train::Terms;
use ndarray::{ArrayView1, Ix2};

/// The loss of a classifier with these logits, (samples, classes): the mean cross-entropy in nats, with the share of samples
/// that are right as `accuracy`.
pub fn terms(logits: &Tensor, labels: &[usize]) -> Terms {
    let right = classes(logits).iter().zip(labels).filter(|(found, label)| found == label).count();
    let samples = labels.len();
    Terms::new(logits.cross_entropy(labels).mean(), samples).with_value("accuracy", right as f64 / samples as f64)
}

/// The class of the largest odds of each sample, the first of equal ones.
pub fn classes(logits: &Tensor) -> Vec<usize> {
    let best = |row: ArrayView1<'_, f32>| {
        row.iter()
            .enumerate()
            .fold((0, f32::NEG_INFINITY), |best, (at, &odds)| if odds > best.1 { (at, odds) } else { best })
    };
    logits.view_as::<Ix2>().rows().into_iter().map(|row| best(row).0).collect()
}
