//! The loss and the accuracy of classifiers, also of mixed images.

use crate::Terms;
use crate::sources::ImageBatch;
use latent_tensor::Tensor;

use ndarray::{Array1, ArrayView1, Ix2};

/// The loss of a classifier with these logits, (samples, classes): the mean cross-entropy in nats, with the share of samples
/// that are right as `accuracy`.
pub fn terms(logits: &Tensor, labels: &[usize]) -> Terms {
    let right = classes(logits).iter().zip(labels).filter(|(found, label)| found == label).count();
    let samples = labels.len();
    Terms::new(logits.cross_entropy(labels).mean(), samples).with_value("accuracy", right as f64 / samples as f64)
}

/// The loss of a classifier, as [`terms`], on images that may be mixed: an image of the classes `a` and `b` with the
/// weights `w` and `1 - w` costs `w` times the cross-entropy of `a` and `1 - w` times that of `b`, and the answer `a`
/// is right by `w`, the answer `b` by `1 - w`.
///
/// H. Zhang et al., mixup: beyond empirical risk minimization, arXiv:1710.09412, equation 1: the cross-entropy is linear in
/// the label.
pub fn terms_of_images(logits: &Tensor, batch: &ImageBatch) -> Terms {
    let Some(partners) = &batch.partners else { return terms(logits, &batch.labels) };
    let own = Array1::from(partners.own.clone());
    let rest = own.mapv(|own| 1.0 - own);
    let weighted = |weights, labels| Tensor::constant(weights) * logits.cross_entropy(labels);
    let loss = (weighted(own, &batch.labels) + weighted(rest, &partners.labels)).mean();
    let share = |said: usize, label: usize, weight: f32| if said == label { f64::from(weight) } else { 0.0 };
    let right = classes(logits).into_iter().enumerate().map(|(row, said)| {
        let own = partners.own[row];
        share(said, batch.labels[row], own) + share(said, partners.labels[row], 1.0 - own)
    });
    let samples = batch.labels.len();
    Terms::new(loss, samples).with_value("accuracy", right.sum::<f64>() / samples as f64)
}

/// The class of the largest logit of each sample, the first of equal ones.
pub fn classes(logits: &Tensor) -> Vec<usize> {
    let best = |row: ArrayView1<'_, f32>| {
        row.iter()
            .enumerate()
            .fold((0, f32::NEG_INFINITY), |best, (at, &odds)| if odds > best.1 { (at, odds) } else { best })
    };
    logits.view_as::<Ix2>().rows().into_iter().map(|row| best(row).0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Partners;
    use latent_numeric::random::Stream;
    use ndarray::Array2;
    use proptest::prelude::*;

    proptest! {
        /// The cross-entropy with the soft labels, term by term.
        #[test]
        fn mixed_labels_are_a_distribution_over_classes(seed: u64, samples in 1_usize..9) {
            let mut stream = Stream::new(seed, "classified", &[]);
            let logits: Array2<f32> = stream.normal_array((samples, 4));
            let mut drawn = || (0..samples).map(|_| stream.below(4)).collect::<Vec<_>>();
            let (labels, others) = (drawn(), drawn());
            let own: Vec<f32> = (0..samples).map(|_| stream.uniform()).collect();
            let (mut loss, mut right) = (0.0, 0.0);
            for (row, odds) in logits.outer_iter().enumerate() {
                let log_sum = odds.iter().map(|&x| f64::from(x).exp()).sum::<f64>().ln();
                let most = odds.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                for (class, &x) in odds.iter().enumerate() {
                    let mut target = 0.0;
                    target += if labels[row] == class { f64::from(own[row]) } else { 0.0 };
                    target += if others[row] == class { 1.0 - f64::from(own[row]) } else { 0.0 };
                    loss += target * (log_sum - f64::from(x)) / samples as f64;
                    right += if x == most { target / samples as f64 } else { 0.0 };
                }
            }
            let partners = Some(Partners { labels: others, own, indices: Vec::new() });
            let batch = ImageBatch { x: Tensor::zeros(&[samples, 1]), labels, partners, indices: Vec::new() };
            let terms = terms_of_images(&Tensor::constant(logits), &batch);
            prop_assert!((f64::from(terms.objective().item()) - loss).abs() < 1e-5 * (1.0 + loss));
            let accuracy = terms.value("accuracy").unwrap();
            prop_assert!((accuracy - right).abs() < 1e-6, "{accuracy} {right}");
        }
    }

    #[test]
    fn images_that_stay_alone_are_classified_as_ever() {
        let logits: Array2<f32> = Stream::new(1, "classified", &[]).normal_array((5, 3));
        let logits = Tensor::constant(logits);
        let labels = vec![0, 1, 2, 1, 0];
        let partners = Partners { labels: labels.clone(), own: vec![1.0; 5], indices: (0..5).collect() };
        let x = Tensor::zeros(&[5, 1]);
        let batch = ImageBatch { x, labels: labels.clone(), partners: Some(partners), indices: (0..5).collect() };
        let value = |terms: Terms| terms.objective().item();
        let alone = value(terms(&logits, &labels));
        assert_eq!(value(terms_of_images(&logits, &batch)), alone);
        assert_eq!(value(terms_of_images(&logits, &ImageBatch { partners: None, ..batch })), alone);
    }
}
