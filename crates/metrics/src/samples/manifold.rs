//! Whether samples lie where real ones do, and the other way round, with a ball about each sample for the set's
//! support.

use super::distances::{Space, by_rows, radii};
use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayView2};
use std::sync::atomic::{AtomicBool, Ordering};

/// Shares of samples in each other's support; see [`precision_recall`].
#[derive(Clone, Debug, PartialEq)]
pub struct PrecisionRecall {
    /// The share of the samples in the support of the real ones: their quality.
    pub precision: f64,
    /// The share of the real samples in the support of these: their variety.
    pub recall: f64,
    /// Which neighbour is on the surface of a sample's ball.
    pub k: usize,
    /// How many real samples and samples there are.
    pub samples: [usize; 2],
}

/// Improved precision and recall. The support of a set is estimated by the union of balls, one about each sample,
/// through its `k`-th nearest other one; a sample on the surface is inside.
///
/// # Shapes
/// Rows are samples: (n, d) and (m, d). The published figures have `k = 3` and equally many of both; both shares grow
/// with the number of samples.
///
/// # Errors
/// `k` of zero or not below the number of samples of each set, other features, elements that are not finite.
///
/// # Source
/// Kynkäänniemi, Karras, Laine, Lehtinen and Aila, *Improved precision and recall metric for assessing generative
/// models*, 2019, equations 1 and 2.
///
/// ```
/// use latent_metrics::samples::precision_recall;
/// use ndarray::array;
///
/// let real = array![[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]];
/// // Only one of the two modes.
/// let found = precision_recall(real.view(), array![[0.5], [1.5], [1.0]].view(), 1)?;
/// assert_eq!((found.precision, found.recall), (1.0, 0.5));
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn precision_recall<E: Scalar>(
    real: ArrayView2<'_, E>,
    samples: ArrayView2<'_, E>,
    k: usize,
) -> Result<PrecisionRecall, MetricError> {
    let input = Input("precision and recall");
    let [real, samples] = super::pair(input, real, samples, 2)?;
    input.neighbours("real samples", k, real.nrows())?;
    input.neighbours("samples", k, samples.nrows())?;
    Ok(precision_recall_of(&real, &samples, k))
}

fn precision_recall_of(real: &Array2<f64>, samples: &Array2<f64>, k: usize) -> PrecisionRecall {
    let space = Space::of(&[real, samples]);
    let counts = [real.nrows(), samples.nrows()];
    let [real, samples] = [real, samples].map(|rows| space.points(rows));
    let (of_real, of_samples) = (radii(&real, k), radii(&samples, k));
    // Which thread finds a sample inside makes no difference.
    let inside: Vec<AtomicBool> = (0..counts[1]).map(|_| AtomicBool::new(false)).collect();
    let recalled = by_rows(&real, &samples, |row| {
        let radius = of_real[row.index];
        let mut recalled = false;
        for (j, inside) in inside.iter().enumerate() {
            if row.within(j, radius) {
                inside.store(true, Ordering::Relaxed);
            }
            recalled = recalled || row.within(j, of_samples[j]);
        }
        recalled
    });
    let precision = share(inside.into_iter().map(AtomicBool::into_inner));
    PrecisionRecall { precision, recall: share(recalled.into_iter()), k, samples: counts }
}

/// How densely samples lie in the balls of real ones; see [`density_coverage`].
#[derive(Clone, Debug, PartialEq)]
pub struct DensityCoverage {
    /// In how many balls of real samples a sample lies, divided by `k`: about one for equal distributions, and more
    /// where samples crowd.
    pub density: f64,
    /// The share of the real samples with a sample in their ball.
    pub coverage: f64,
    /// Which neighbour is on the surface of a real sample's ball.
    pub k: usize,
    /// How many real samples and samples there are.
    pub samples: [usize; 2],
}

impl DensityCoverage {
    /// What coverage is in expectation for equal distributions,
    /// `1 - (n - 1) ... (n - k) / ((m + n - 1) ... (m + n - k))`, n real samples and m samples: Naeem et al. 2020,
    /// equation 8.
    pub fn expected_coverage(&self) -> f64 {
        let [n, m] = self.samples.map(|count| count as f64);
        1.0 - (1..=self.k).map(|i| (n - i as f64) / (m + n - i as f64)).product::<f64>()
    }
}

/// Density and coverage, which outliers of the samples cannot raise as they raise recall: balls are those of real
/// samples alone.
///
/// # Shapes
/// Rows are samples: (n, d) and (m, d). The published figures have `k = 5`.
///
/// # Errors
/// `k` of zero or not below the number of real samples, other features, elements that are not finite.
///
/// # Source
/// Naeem, Oh, Uh, Choi and Yoo, *Reliable fidelity and diversity metrics for generative models*, 2020, equations 4 and
/// 5.
///
/// ```
/// use latent_metrics::samples::density_coverage;
/// use ndarray::array;
///
/// let real = array![[0.0], [1.0], [2.0], [10.0], [11.0], [12.0]];
/// let found = density_coverage(real.view(), array![[0.5], [1.5], [1.0]].view(), 1)?;
/// assert_eq!((found.density, found.coverage), (7.0 / 3.0, 0.5));
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn density_coverage<E: Scalar>(
    real: ArrayView2<'_, E>,
    samples: ArrayView2<'_, E>,
    k: usize,
) -> Result<DensityCoverage, MetricError> {
    let input = Input("density and coverage");
    let [real, samples] = super::pair(input, real, samples, 1)?;
    input.neighbours("real samples", k, real.nrows())?;
    Ok(density_coverage_of(&real, &samples, k))
}

fn density_coverage_of(real: &Array2<f64>, samples: &Array2<f64>, k: usize) -> DensityCoverage {
    let space = Space::of(&[real, samples]);
    let counts = [real.nrows(), samples.nrows()];
    let [real, samples] = [real, samples].map(|rows| space.points(rows));
    let radii = radii(&real, k);
    let inside: Vec<usize> =
        by_rows(&real, &samples, |row| (0..counts[1]).filter(|&j| row.within(j, radii[row.index])).count());
    let density = inside.iter().sum::<usize>() as f64 / (k as f64 * counts[1] as f64);
    let coverage = share(inside.iter().map(|&count| count > 0));
    DensityCoverage { density, coverage, k, samples: counts }
}

fn share(of: impl ExactSizeIterator<Item = bool>) -> f64 {
    let all = of.len() as f64;
    of.filter(|&hit| hit).count() as f64 / all
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::parallel::with_threads;
    use latent_numeric::random::Stream;
    use proptest::prelude::*;

    fn draw(seed: u64, name: &str, n: usize) -> Array2<f64> {
        Stream::new(seed, name, &[]).normal_array((n, 3))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn bounds_and_units(seed: u64, n in 4_usize..40, m in 4_usize..40, k in 1_usize..4, power in -300_i32..300) {
            let (x, y) = (draw(seed, "x", n), draw(seed, "y", m));
            let (pr, dc) = (precision_recall_of(&x, &y, k), density_coverage_of(&x, &y, k));
            for share in [pr.precision, pr.recall, dc.coverage] {
                prop_assert!((0.0..=1.0).contains(&share));
            }
            prop_assert!(dc.density >= 0.0 && dc.density <= n as f64 / k as f64);
            let back = precision_recall_of(&y, &x, k);
            prop_assert_eq!((pr.precision, pr.recall), (back.recall, back.precision));
            let unit = 2.0_f64.powi(power);
            prop_assert_eq!(&precision_recall_of(&(&x * unit), &(&y * unit), k), &pr);
            prop_assert_eq!(&density_coverage_of(&(&x * unit), &(&y * unit), k), &dc);
        }

        /// A set in the support of itself: every sample is the centre of a ball, and those with it on their surface
        /// hold it too.
        #[test]
        fn of_copies_all_is_one(seed: u64, n in 5_usize..40, k in 1_usize..4) {
            let x = draw(seed, "x", n);
            let pr = precision_recall_of(&x, &x, k);
            prop_assert_eq!((pr.precision, pr.recall), (1.0, 1.0));
            let dc = density_coverage_of(&x, &x, k);
            prop_assert!((dc.density - (k as f64 + 1.0) / k as f64).abs() < 1e-12);
            prop_assert_eq!(dc.coverage, 1.0);
        }
    }

    #[test]
    fn coverage_of_equal_distributions_is_as_expected() {
        let found: Vec<_> =
            (0..60).map(|seed| density_coverage_of(&draw(seed, "x", 80), &draw(seed, "y", 50), 3)).collect();
        let mean = |of: fn(&DensityCoverage) -> f64| found.iter().map(of).sum::<f64>() / found.len() as f64;
        assert!((mean(|found| found.coverage) - found[0].expected_coverage()).abs() < 0.03);
        assert!((mean(|found| found.density) - 1.0).abs() < 0.06);
    }

    #[test]
    fn threads_change_nothing() {
        let (x, y) = (draw(1, "x", 900), draw(1, "y", 800));
        let of = |threads| {
            with_threads(threads, || (precision_recall_of(&x, &y, 3), density_coverage_of(&x, &y, 5))).unwrap()
        };
        assert_eq!(of(1), of(3));
    }
}
