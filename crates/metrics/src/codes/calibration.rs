//! `u = Phi((z - m) / s)`, uniform if posteriors are right

use super::statistics::Posteriors;
use crate::MetricError;
use crate::input::Input;
use crate::special::{kolmogorov_survival, normal_cdf};
use latent_numeric::Scalar;
use ndarray::{Array2, ArrayView1, ArrayView2, Zip};

/// Whether posteriors are right; see [`posterior_calibration`].
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The probability integral transform of each code, (n, d).
    pub transforms: Array2<f64>,
    /// Kolmogorov's and Smirnov's distance of each dimension's transforms from uniform ones,
    /// `max_u |share of transforms <= u - u|`.
    pub distances: Vec<f64>,
    /// How probable such a distance or a larger one is for posteriors that are right: that of Kolmogorov's distribution
    /// at `distance sqrt(n)`, for many samples.
    pub p_values: Vec<f64>,
    /// The variance of each dimension's standardised codes about zero: one if posteriors are right, more if they are
    /// too narrow.
    pub dispersions: Vec<f64>,
    /// The number of samples.
    pub samples: usize,
}

/// The calibration of diagonal Gaussian posteriors: codes from which data were made (`z ~ p(z)`, `x ~ p(x | z)`) are
/// transformed by the distribution function of the posterior of their data, `q(z | x)`. If it is the true posterior,
/// the transforms of each dimension are uniform over the data.
///
/// # Shapes
/// `codes`, `means` and `log_vars` are (n, d).
///
/// # Errors
/// Other shapes, no samples, elements that are not finite.
///
/// # Source
/// Dawid 1984; Cook, Gelman and Rubin 2006; Talts et al., *Validating Bayesian inference algorithms with
/// simulation-based calibration*, 2018. Distribution of the distance: Kolmogorov 1933.
///
/// ```
/// use latent_metrics::codes::posterior_calibration;
/// use latent_numeric::random::Stream;
/// use ndarray::Array2;
///
/// let mut stream = Stream::new(1, "codes", &[]);
/// let codes: Array2<f64> = stream.normal_array((400, 1));
/// let data = &codes + stream.normal_array::<f64, _, _>((400, 1));
/// // The posterior is N(x / 2, 1 / 2).
/// let (means, log_vars) = (data / 2.0, Array2::from_elem((400, 1), 0.5_f64.ln()));
/// let right = posterior_calibration(codes.view(), means.view(), log_vars.view())?;
/// assert!(right.p_values[0] > 0.01);
/// let narrow = posterior_calibration(codes.view(), means.view(), (log_vars - 2.0).view())?;
/// assert!(narrow.p_values[0] < 1e-6 && narrow.dispersions[0] > 5.0);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn posterior_calibration<E: Scalar>(
    codes: ArrayView2<'_, E>,
    means: ArrayView2<'_, E>,
    log_vars: ArrayView2<'_, E>,
) -> Result<Calibration, MetricError> {
    let input = Input("calibration of posteriors");
    input.same("codes", codes.nrows(), means.nrows())?;
    input.same("dimensions of codes", codes.ncols(), means.ncols())?;
    let Posteriors { means, log_vars } = Posteriors::of(input, means, log_vars, 1)?;
    let codes = input.rows("codes", codes, 1)?;
    let standard = Zip::from(&codes).and(&means).and(&log_vars).map_collect(|z, m, v| (z - m) * (-0.5 * v).exp());
    let transforms = standard.mapv(normal_cdf);
    let n = codes.nrows();
    let distances: Vec<f64> = transforms.columns().into_iter().map(distance_from_uniform).collect();
    let p_values = distances.iter().map(|distance| kolmogorov_survival(distance * (n as f64).sqrt())).collect();
    let dispersions = standard.columns().into_iter().map(|z| z.dot(&z) / n as f64).collect();
    Ok(Calibration { transforms, distances, p_values, dispersions, samples: n })
}

fn distance_from_uniform(transforms: ArrayView1<'_, f64>) -> f64 {
    let mut sorted = transforms.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let gaps = sorted.iter().enumerate().map(|(i, u)| (u - i as f64 / n).max((i + 1) as f64 / n - u));
    gaps.fold(0.0, f64::max)
}
