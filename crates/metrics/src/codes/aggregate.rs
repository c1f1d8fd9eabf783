//! The codes of all data beside draws of a standard normal prior.

use crate::MetricError;
use crate::input::Input;
use crate::jackknife;
use crate::samples::{Moments, Space, by_rows, frechet_distance};
use crate::special::normal_cdf;
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayView2};

/// How far the aggregate posterior is from the prior; see [`aggregate_posterior`].
#[derive(Clone, Debug, PartialEq)]
pub struct AggregatePosterior {
    /// The squared Fréchet distance of the codes' moments from mean zero and unit covariance, which are exact.
    pub frechet: f64,
    /// The squared maximum mean discrepancy with the kernel `e^(-|z - z'|^2 / (2 d))`, in which expectations over the
    /// prior are exact and those over codes unbiased: negative about half the time for codes of the prior.
    pub mmd: f64,
    /// Its standard error, by the jackknife.
    pub mmd_error: f64,
    /// The frequencies of the codes of each dimension in bins that are equally probable under the prior, (d, bins).
    pub histograms: Array2<f64>,
    /// The divergence of each histogram from equal frequencies, in nats.
    pub histogram_kl: Vec<f64>,
    /// What these divergences are for codes of the prior, in expectation: `(bins - 1) / (2 n)` nats.
    pub histogram_floor: f64,
    /// The number of codes.
    pub samples: usize,
}

/// Codes of data, drawn from their posteriors, beside a standard normal prior. Nothing is drawn here.
///
/// # Shapes
/// `codes` are (n, d).
///
/// # Errors
/// Fewer than three codes, elements that are not finite, fewer than two bins.
///
/// # Source
/// Discrepancy: Gretton et al., *A kernel two-sample test*, 2012, equation 3, with the expectations of Baringhaus and
/// Henze 1988: `E k(x, z) = (1 + 1/d)^(-d/2) e^(-|x|^2 / (2 (d + 1)))` and `E k(z, z') = (1 + 2/d)^(-d/2)`.
///
/// ```
/// use latent_metrics::codes::aggregate_posterior;
/// use latent_numeric::random::Stream;
/// use ndarray::Array2;
///
/// let codes: Array2<f32> = Stream::new(1, "codes", &[]).normal_array((500, 2));
/// let found = aggregate_posterior(codes.view(), 10)?;
/// assert!(found.frechet < 0.05 && found.mmd.abs() < 4.0 * found.mmd_error.max(1e-3));
/// assert!(aggregate_posterior((codes + 1.0).view(), 10)?.mmd > 0.1);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn aggregate_posterior<E: Scalar>(
    codes: ArrayView2<'_, E>,
    bins: usize,
) -> Result<AggregatePosterior, MetricError> {
    let input = Input("aggregate posterior");
    let codes = input.rows("codes", codes, 3)?;
    input.setting(bins >= 2, "number of bins", bins as f64, "at least 2")?;
    let (n, d) = codes.dim();
    let frechet = frechet_distance(&Moments::standard_normal(d), &Moments::of(codes.view()))?;
    let (mmd, mmd_error) = discrepancy(&codes);
    let mut histograms = Array2::zeros((d, bins));
    for (codes, mut histogram) in codes.columns().into_iter().zip(histograms.rows_mut()) {
        codes.iter().for_each(|&z| histogram[((normal_cdf(z) * bins as f64) as usize).min(bins - 1)] += 1.0 / n as f64);
    }
    let plogp = |p: &f64| if *p > 0.0 { p * (p * bins as f64).ln() } else { 0.0 };
    let histogram_kl = histograms.rows().into_iter().map(|row| row.iter().map(plogp).sum::<f64>()).collect();
    let histogram_floor = (bins - 1) as f64 / (2 * n) as f64;
    Ok(AggregatePosterior { frechet, mmd, mmd_error, histograms, histogram_kl, histogram_floor, samples: n })
}

fn discrepancy(codes: &Array2<f64>) -> (f64, f64) {
    let (n, d) = (codes.nrows() as f64, codes.ncols() as f64);
    let space = Space::of(&[codes]);
    let points = space.points(codes);
    let own = by_rows(&points, &points, |row| {
        let kernels = (0..codes.nrows()).filter(|&j| j != row.index);
        kernels.map(|j| (-0.5 * space.distance(row.squared(j)).powi(2) / d).exp()).sum::<f64>()
    });
    let scale = (1.0 + 1.0 / d).powf(-0.5 * d);
    let with_prior: Vec<f64> = codes.rows().into_iter().map(|z| scale * (-0.5 * z.dot(&z) / (d + 1.0)).exp()).collect();
    let of_prior = (1.0 + 2.0 / d).powf(-0.5 * d);
    let (all, cross): (f64, f64) = (own.iter().sum(), with_prior.iter().sum());
    let estimate = |all: f64, cross: f64, n: f64| all / (n * (n - 1.0)) - 2.0 * cross / n + of_prior;
    let without = own.iter().zip(&with_prior).map(|(own, prior)| estimate(all - 2.0 * own, cross - prior, n - 1.0));
    (estimate(all, cross, n), jackknife::variance(&without.collect::<Vec<_>>()).sqrt())
}
