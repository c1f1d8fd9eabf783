//! `IRS_j = max_k (1 - mean_v Q_(z | v_k = v) |z_j - E[z_j | v_k = v]| / max |z_j - E[z_j]|)`

use super::factors::Coded;
use crate::MetricError;
use crate::input::Input;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array2, ArrayView1, ArrayView2};

/// The interventional robustness of codes; see [`irs`].
#[derive(Clone, Debug, PartialEq)]
pub struct Irs {
    /// The mean over codes, each by how far it deviates from its mean at most, 0 to 1.
    pub score: f64,
    /// Of each code; zero of a constant one, which has no weight in the score.
    pub by_code: Vec<f64>,
    /// The factor with the largest robustness of each code, of equal ones the first.
    pub parents: Vec<usize>,
    /// The robustness of each code with each factor fixed, (codes, factors).
    pub robustness: Array2<f64>,
    /// The number of samples.
    pub samples: usize,
}

/// The interventional robustness score: how little a code moves while other factors than its own are changed. With
/// factor k fixed at each of its values, the deviation of a code from its mean is taken at a quantile (published:
/// 0.99), averaged over the values, and divided by the largest deviation of all samples.
///
/// # Shapes
/// `codes` (n, codes), `factors` (n, factors).
///
/// # Estimator
/// Quantiles are interpolated linearly between order statistics. A value that few samples have looks robust: with one
/// sample of each value the score is one whatever the codes, so that there should be many.
///
/// # Errors
/// Other numbers of rows, fewer than two, codes that are not finite, no factor that varies, a quantile outside (0, 1].
///
/// # Source
/// Suter, Miladinović, Schölkopf and Bauer, *Robustly disentangled causal mechanisms*, 2019, definition 3 and section
/// 4.2.
///
/// ```
/// use latent_metrics::disentanglement::irs;
/// use ndarray::Array2;
///
/// let factors = Array2::from_shape_fn((100, 2), |(n, k)| if k == 0 { n % 10 } else { n / 10 });
/// let codes = factors.mapv(|value| value as f32);
/// let found = irs(codes.view(), factors.view(), 0.99)?;
/// assert_eq!((found.score, &found.parents[..]), (1.0, &[0, 1][..]));
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn irs<E: Scalar>(
    codes: ArrayView2<'_, E>,
    factors: ArrayView2<'_, usize>,
    quantile: f64,
) -> Result<Irs, MetricError> {
    let input = Input("IRS");
    let coded = Coded::of(input, codes, factors)?;
    input.setting(quantile > 0.0 && quantile <= 1.0, "quantile", quantile, "in (0, 1]")?;
    let groups = coded.groups();
    let Coded { codes, factors } = coded;
    let rows = parallel::map(codes.columns(), |_, code| {
        let all = deviations(code.iter().copied());
        let largest = all.into_iter().fold(0.0, f64::max);
        let varies = code.iter().any(|&z| z != code[0]);
        let of = |groups: &Vec<Vec<usize>>| {
            let each = groups.iter().map(|group| quantile_of(deviations(group.iter().map(|&i| code[i])), quantile));
            1.0 - each.sum::<f64>() / groups.len() as f64 / largest
        };
        let robustness = groups.iter().map(|groups| if varies { of(groups).max(0.0) } else { 0.0 });
        (if varies { largest } else { 0.0 }, robustness.collect::<Vec<_>>())
    });
    let robustness = Array2::from_shape_fn((codes.ncols(), factors.len()), |(code, factor)| rows[code].1[factor]);
    let best = |row: ArrayView1<f64>| {
        (0..row.len()).reduce(|best, k| if row[k] > row[best] { k } else { best }).expect("factors")
    };
    let parents: Vec<usize> = robustness.rows().into_iter().map(best).collect();
    let by_code: Vec<f64> = parents.iter().enumerate().map(|(code, &factor)| robustness[[code, factor]]).collect();
    let unit = rows.iter().fold(0.0, |unit: f64, (largest, _)| unit.max(*largest));
    let weights = rows.iter().map(|(largest, _)| if unit > 0.0 { largest / unit } else { 0.0 });
    let (mut sum, mut all) = (0.0, 0.0);
    for (score, weight) in by_code.iter().zip(weights) {
        sum += score * weight;
        all += weight;
    }
    let score = if all > 0.0 { sum / all } else { 0.0 };
    Ok(Irs { score, by_code, parents, robustness, samples: codes.nrows() })
}

/// Distances from the mean.
fn deviations(values: impl ExactSizeIterator<Item = f64> + Clone) -> Vec<f64> {
    let n = values.len() as f64;
    let first = values.clone().next().unwrap_or(0.0);
    // The mean of equal numbers is that number.
    let mean = first + values.clone().map(|x| x - first).sum::<f64>() / n;
    values.map(|x| (x - mean).abs()).collect()
}

fn quantile_of(mut values: Vec<f64>, quantile: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = quantile * (values.len() - 1) as f64;
    let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
    below + (above - below) * place.fract()
}
