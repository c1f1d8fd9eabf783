//! Mutual information of a code and a factor.

use super::factors::{Coded, Factor};
use crate::MetricError;
use crate::input::Input;
use crate::special::digamma;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array2, ArrayView1, ArrayView2};

/// How mutual information of a continuous code and a discrete factor is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Information {
    /// From frequencies, with the code cut into bins of equal width between its least and its largest value. Biased
    /// upwards: of independent ones by about `(bins - 1)(values - 1) / (2 n)` nats (Miller 1955), see
    /// [`MutualInformation::floor`].
    Histogram {
        /// The number of bins; 20 is usual.
        bins: usize,
    },
    /// From distances to the k-th nearest neighbour of the same value: Ross, *Mutual information between discrete and
    /// continuous data sets*, 2014, `psi(n) + mean(psi(k) - psi(n_x) - psi(m))`, without a parameter that depends on
    /// the scale. Where these distances are zero, `k` is the number of equal codes (Gao et al. 2017). Values that one
    /// sample alone has are left out. Below zero it counts as zero.
    Neighbours {
        /// Which neighbour; 3 is usual. Of a value with fewer samples it is the farthest.
        k: usize,
    },
}

/// Mutual information of codes and factors; see [`mutual_information`].
#[derive(Clone, Debug, PartialEq)]
pub struct MutualInformation {
    /// In nats, (codes, factors).
    pub information: Array2<f64>,
    /// The entropy of each factor, in nats: the most that a code can tell of it.
    pub entropies: Vec<f64>,
    /// What the estimate is in expectation for a code that is independent of each factor, in nats.
    pub floor: Vec<f64>,
    /// The number of samples.
    pub samples: usize,
    /// How it was estimated.
    pub estimator: Information,
}

/// The mutual information `I(z_j; v_k)` of each code and each factor. A constant code or factor has none.
///
/// # Shapes
/// `codes` (n, codes), `factors` (n, factors), whose values are names: their order and size mean nothing.
///
/// # Errors
/// Other numbers of rows, fewer than two, codes that are not finite, no factor that varies, no bin or neighbour.
///
/// ```
/// use latent_metrics::disentanglement::{Information, mutual_information};
/// use ndarray::array;
///
/// let found = mutual_information(
///     array![[0.0_f32, 5.0], [0.0, 5.0], [1.0, 5.0], [1.0, 5.0]].view(),
///     array![[0], [0], [7], [7]].view(),
///     Information::Histogram { bins: 20 },
/// )?;
/// assert!((found.information[[0, 0]] - 2.0_f64.ln()).abs() < 1e-12);
/// assert_eq!(found.information[[1, 0]], 0.0);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn mutual_information<E: Scalar>(
    codes: ArrayView2<'_, E>,
    factors: ArrayView2<'_, usize>,
    estimator: Information,
) -> Result<MutualInformation, MetricError> {
    let input = Input("mutual information");
    of(input, &Coded::of(input, codes, factors)?, estimator)
}

pub fn of(input: Input, coded: &Coded, estimator: Information) -> Result<MutualInformation, MetricError> {
    let (codes, n) = (&coded.codes, coded.codes.nrows());
    match estimator {
        Information::Histogram { bins } => input.setting(bins >= 2, "number of bins", bins as f64, "at least 2")?,
        Information::Neighbours { k } => input.neighbours("samples", k, n)?,
    }
    let columns = parallel::map(codes.columns(), |_, code| match estimator {
        Information::Histogram { bins } => {
            let bins = Factor::of(binned(code, bins).into_iter());
            coded.factors.iter().map(|factor| of_frequencies(&bins, factor)).collect::<Vec<_>>()
        }
        Information::Neighbours { k } => {
            coded.factors.iter().map(|factor| of_neighbours(code, factor, k)).collect::<Vec<_>>()
        }
    });
    let floor = |factor: &Factor| match estimator {
        Information::Histogram { bins } => ((bins - 1) * (factor.levels() - 1)) as f64 / (2 * n) as f64,
        Information::Neighbours { .. } => 0.0,
    };
    Ok(MutualInformation {
        information: Array2::from_shape_fn((codes.ncols(), coded.factors.len()), |(code, factor)| {
            columns[code][factor]
        }),
        entropies: coded.factors.iter().map(Factor::entropy).collect(),
        floor: coded.factors.iter().map(floor).collect(),
        samples: n,
        estimator,
    })
}

/// The bin of each value, all of equal width; the largest value is in the last one.
fn binned(x: ArrayView1<'_, f64>, bins: usize) -> Vec<usize> {
    // Halves, whose differences do not overflow.
    let (low, high) = x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
    let width = high / 2.0 - low / 2.0;
    let bin = |x: f64| ((x / 2.0 - low / 2.0) / width * bins as f64) as usize;
    x.iter().map(|&x| if width > 0.0 { bin(x).min(bins - 1) } else { 0 }).collect()
}

/// `sum_ab p_ab ln(p_ab / (p_a p_b))` of relative frequencies.
fn of_frequencies(a: &Factor, b: &Factor) -> f64 {
    let mut counts = Array2::<usize>::zeros((a.levels(), b.levels()));
    a.values.iter().zip(&b.values).for_each(|(&i, &j)| counts[[i, j]] += 1);
    let n = a.values.len() as f64;
    let term = |((i, j), &count): ((usize, usize), &usize)| {
        let expected = a.counts[i] as f64 * b.counts[j] as f64 / n;
        count as f64 / n * (count as f64 / expected).ln()
    };
    counts.indexed_iter().filter(|(_, count)| **count > 0).map(term).sum::<f64>().max(0.0)
}

fn of_neighbours(code: ArrayView1<'_, f64>, factor: &Factor, k: usize) -> f64 {
    let groups: Vec<Vec<usize>> = factor.groups().into_iter().filter(|group| group.len() > 1).collect();
    let sorted = |rows: &mut dyn Iterator<Item = usize>| {
        let mut values: Vec<f64> = rows.map(|row| code[row]).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let all = sorted(&mut groups.iter().flatten().copied());
    if groups.len() < 2 || all[0] == all[all.len() - 1] {
        return 0.0;
    }
    let n = all.len() as f64;
    let mut sum = 0.0;
    for group in &groups {
        let own = sorted(&mut group.iter().copied());
        let k = k.min(own.len() - 1);
        for (place, &x) in own.iter().enumerate() {
            let radius = kth_distance(&own, place, k);
            // Strictly inside of the radius, the sample itself included: as many as others up to and with the k-th.
            // With a radius of zero, those that are equal.
            let inside = |values: &[f64]| {
                let count = |low: &dyn Fn(f64) -> bool, high: &dyn Fn(f64) -> bool| {
                    values.partition_point(|&y| high(y)) - values.partition_point(|&y| low(y))
                };
                if radius > 0.0 {
                    count(&|y| y < x && x - y >= radius, &|y| y < x || y - x < radius)
                } else {
                    count(&|y| y < x, &|y| y <= x)
                }
            };
            let (near_own, near_all) =
                if radius > 0.0 { (k, inside(&all)) } else { (inside(&own) - 1, inside(&all) - 1) };
            sum += digamma(near_own as f64) - digamma(own.len() as f64) - digamma(near_all as f64);
        }
    }
    (digamma(n) + sum / n).max(0.0)
}

/// The distance of a sorted value from its `k`-th nearest other one.
fn kth_distance(sorted: &[f64], place: usize, k: usize) -> f64 {
    let (mut low, mut high, mut distance) = (place, place, 0.0);
    for _ in 0..k {
        let below = low.checked_sub(1).map(|i| sorted[place] - sorted[i]);
        let above = sorted.get(high + 1).map(|x| x - sorted[place]);
        match (below, above) {
            (Some(below), above) if above.is_none_or(|above| below <= above) => {
                (low, distance) = (low - 1, below);
            }
            (_, Some(above)) => (high, distance) = (high + 1, above),
            _ => break,
        }
    }
    distance
}
