//! How well classes are told from codes with few labels.

use crate::MetricError;
use crate::input::Input;
use crate::logistic::{Logistic, standardizer};
use crate::samples::{Space, by_rows};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use ndarray::{Array2, ArrayView2, Axis};

/// Codes, (n, d), and their classes.
#[derive(Clone, Copy, Debug)]
pub struct LabelledCodes<'a, E> {
    /// The codes.
    pub codes: ArrayView2<'a, E>,
    /// The class of each.
    pub labels: &'a [usize],
}

/// What tells classes from codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Probe {
    /// Multinomial logistic regression on standardised codes, fitted to convergence by Newton's method: nothing is
    /// random.
    Linear {
        /// Half of this times the squared weights is added to the mean loss.
        penalty: f64,
    },
    /// The class that most of the k nearest codes have; of equally frequent ones that with the nearest code. Distances
    /// are Euclidean, of standardised codes.
    Neighbours {
        /// How many neighbours vote.
        k: usize,
    },
}

/// How well a probe does with so many labels.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbeAccuracy {
    /// How many labels it was given.
    pub labels: usize,
    /// The share of test codes whose class it tells.
    pub accuracy: f64,
    /// The standard error of that share over test codes.
    pub standard_error: f64,
    /// The share of the most frequent class among test codes, which needs no codes.
    pub floor: f64,
    /// The number of test codes.
    pub test: usize,
}

/// The accuracy of a probe on test codes, for each number of labels. Labelled codes are the first of one random order,
/// of the stream `(seed, "labels", [])`: those of a smaller number are among those of a larger one. Codes are
/// standardised by those that are labelled.
///
/// # Errors
/// Labels of another length, a class not below `classes`, other codes, codes that are not finite, numbers of labels
/// that are zero, above the number of training codes, or below `k`, a penalty that is not positive.
///
/// # Source
/// Linear: Alain and Bengio, *Understanding intermediate layers using linear classifier probes*, 2017. Neighbours: Wu
/// et al., *Unsupervised feature learning via non-parametric instance discrimination*, 2018.
///
/// ```
/// use latent_metrics::codes::{LabelledCodes, Probe, probe};
/// use ndarray::array;
///
/// let (codes, labels) = (array![[0.0_f32], [5.0], [0.1], [5.1]], [0, 1, 0, 1]);
/// let all = LabelledCodes { codes: codes.view(), labels: &labels };
/// let found = probe(all, all, 2, Probe::Linear { penalty: 1e-3 }, &[4], 0)?;
/// assert_eq!((found[0].accuracy, found[0].floor), (1.0, 0.5));
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn probe<E: Scalar>(
    train: LabelledCodes<'_, E>,
    test: LabelledCodes<'_, E>,
    classes: usize,
    by: Probe,
    labels: &[usize],
    seed: u64,
) -> Result<Vec<ProbeAccuracy>, MetricError> {
    let input = Input("probe");
    input.same("features of test codes", test.codes.ncols(), train.codes.ncols())?;
    for (codes, labels) in [(train.codes.nrows(), train.labels), (test.codes.nrows(), test.labels)] {
        input.same("labels", labels.len(), codes)?;
        input.classes(labels, classes)?;
    }
    let codes = [input.rows("training codes", train.codes, 1)?, input.rows("test codes", test.codes, 1)?];
    let n = codes[0].nrows();
    for &count in labels {
        input.setting(
            (1..=n).contains(&count),
            "number of labels",
            count as f64,
            "1 to the number of training codes",
        )?;
        match by {
            Probe::Linear { penalty } => {
                input.setting(penalty > 0.0 && penalty.is_finite(), "penalty", penalty, "positive and finite")?;
            }
            Probe::Neighbours { k } => {
                let expected = "1 to the number of labels";
                input.setting((1..=count).contains(&k), "number of neighbours", k as f64, expected)?;
            }
        }
    }
    let order = Stream::new(seed, "labels", &[]).permutation(n);
    let mut counts = vec![0_usize; classes];
    test.labels.iter().for_each(|&label| counts[label] += 1);
    let all = test.labels.len() as f64;
    let floor = counts.iter().max().map_or(0.0, |&most| most as f64 / all);
    let one = |&count: &usize| {
        let known: Vec<usize> = order[..count].iter().map(|&i| train.labels[i]).collect();
        let seen = codes[0].select(Axis(0), &order[..count]);
        let found = match by {
            Probe::Linear { penalty } => Logistic::fit(&seen, &known, classes, penalty).classes(&codes[1]),
            Probe::Neighbours { k } => vote(&seen, &known, classes, &codes[1], k),
        };
        let hits = found.iter().zip(test.labels).filter(|(found, label)| found == label).count();
        let accuracy = hits as f64 / all;
        let standard_error = (accuracy * (1.0 - accuracy) / all).sqrt();
        ProbeAccuracy { labels: count, accuracy, standard_error, floor, test: test.labels.len() }
    };
    Ok(labels.iter().map(one).collect())
}

fn vote(seen: &Array2<f64>, known: &[usize], classes: usize, asked: &Array2<f64>, k: usize) -> Vec<usize> {
    let [mean, scale] = standardizer(seen);
    let [seen, asked] = [seen, asked].map(|codes| (codes - &mean) * &scale);
    let space = Space::of(&[&seen, &asked]);
    by_rows(&space.points(&asked), &space.points(&seen), |row| {
        let mut votes = vec![0_usize; classes];
        let near: Vec<usize> = row.nearest(k, None).into_iter().map(|(_, j)| known[j]).collect();
        near.iter().for_each(|&class| votes[class] += 1);
        let best = near.iter().copied().reduce(|best, class| if votes[class] > votes[best] { class } else { best });
        best.expect("neighbours")
    })
}
