//! `I_q(x; z) = E_x E_(q(z | x)) [ln q(z | x) - ln 1/n sum_j q(z | x_j)]`

use super::statistics::{Posteriors, divergences};
use crate::MetricError;
use crate::input::Input;
use latent_numeric::random::Stream;
use latent_numeric::{Scalar, parallel};
use ndarray::{ArrayView1, ArrayView2, s};

/// How the mutual information of codes and data is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeInformationOptions {
    /// Posteriors whose mixture is taken for the aggregate one: `None` is all of them, and a number those of
    /// consecutive minibatches of this size, the last of which may be smaller.
    pub batch: Option<usize>,
    /// Draws from each posterior.
    pub draws: usize,
    /// The seed: posterior n draws from the stream `(seed, "code information", [n])`.
    pub seed: u64,
}

impl Default for CodeInformationOptions {
    /// All posteriors, one draw from each.
    fn default() -> Self {
        Self { batch: None, draws: 1, seed: 0 }
    }
}

/// What codes tell of which sample they are of; see [`code_information`].
#[derive(Clone, Debug, PartialEq)]
pub struct CodeInformation {
    /// The estimate, in nats.
    pub nats: f64,
    /// Its standard error over the draws, of the given data.
    pub standard_error: f64,
    /// `ln m` of the m posteriors of a mixture: the estimate is never above it. Where it is near, the true information
    /// is as large or larger, and unknown.
    pub bound: f64,
    /// `E_x KL(q(z | x) || p(z)) - I`, the divergence of the aggregate posterior from the standard normal prior, in
    /// nats.
    pub marginal_kl: f64,
    /// The number of posteriors.
    pub samples: usize,
    /// How it was estimated.
    pub options: CodeInformationOptions,
}

/// The mutual information of codes and data under diagonal Gaussian posteriors, from draws of each posterior and the
/// mixture of all, or of a minibatch, for the aggregate posterior.
///
/// # Shapes
/// `means` and `log_vars` are (n, latent_dim).
///
/// # Estimator
/// Each term is at most `ln m` for a mixture of m posteriors, as its own is among them; the estimate for a minibatch is
/// lower in expectation than that for all.
///
/// # Errors
/// Fewer than two posteriors (of a minibatch too), other shapes, elements that are not finite, no draws.
///
/// # Source
/// Hoffman and Johnson, *ELBO surgery*, 2016; bound: Poole et al., *On variational bounds of mutual information*, 2019,
/// section 2.2.
///
/// ```
/// use latent_metrics::codes::{CodeInformationOptions, code_information};
/// use ndarray::Array2;
///
/// // Posteriors that do not overlap tell which of the eight samples it is.
/// let means = Array2::from_shape_fn((8, 1), |(n, _)| 100.0 * n as f64);
/// let found = code_information(means.view(), Array2::zeros((8, 1)).view(), &CodeInformationOptions::default())?;
/// assert!((found.nats - 8.0_f64.ln()).abs() < 1e-12 && found.nats <= found.bound + 1e-12);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn code_information<E: Scalar>(
    means: ArrayView2<'_, E>,
    log_vars: ArrayView2<'_, E>,
    options: &CodeInformationOptions,
) -> Result<CodeInformation, MetricError> {
    let input = Input("information of codes");
    let posteriors = Posteriors::of(input, means, log_vars, 2)?;
    input.setting(options.draws > 0, "number of draws", options.draws as f64, "at least 1")?;
    let n = posteriors.means.nrows();
    let together = options.batch.unwrap_or(n).min(n);
    input.setting(together >= 2, "size of minibatches", together as f64, "at least 2")?;
    let estimates = estimates(&posteriors, together, options);
    let count = estimates.len() as f64;
    let nats = estimates.iter().sum::<f64>() / count;
    let variance = estimates.iter().map(|term| (term - nats).powi(2)).sum::<f64>() / (count - 1.0);
    let kl = divergences(&posteriors.means, &posteriors.log_vars).sum() / n as f64;
    let options = *options;
    let (standard_error, bound) = ((variance / count).sqrt(), (together as f64).ln());
    Ok(CodeInformation { nats, standard_error, bound, marginal_kl: kl - nats, samples: n, options })
}

/// The terms of all draws.
fn estimates(posteriors: &Posteriors, together: usize, options: &CodeInformationOptions) -> Vec<f64> {
    let Posteriors { means, log_vars } = posteriors;
    let (n, d) = means.dim();
    // Up to what all have in common: precisions, and half the logarithm of their product.
    let precisions = log_vars.mapv(|v| (-v).exp());
    let peaks: Vec<f64> = log_vars.rows().into_iter().map(|v| -0.5 * v.sum()).collect();
    let mixture = |first: usize| {
        let last = n.min(first + together);
        // A last minibatch of one would tell nothing: it is taken with those before.
        (if last - first < 2 { first - (together - 1) } else { first }, last)
    };
    let terms = parallel::map(0..n, |_, i| {
        let mut stream = Stream::new(options.seed, "code information", &[i as u64]);
        let (first, last) = mixture(i / together * together);
        let mut logs = vec![0.0; last - first];
        let mut terms = Vec::with_capacity(options.draws);
        for _ in 0..options.draws {
            let noise: Vec<f64> = (0..d).map(|_| stream.normal()).collect();
            let z: Vec<f64> = (0..d).map(|j| means[[i, j]] + (0.5 * log_vars[[i, j]]).exp() * noise[j]).collect();
            let (means, precisions) = (means.slice(s![first..last, ..]), precisions.slice(s![first..last, ..]));
            log_densities(&z, means, precisions, &peaks[first..last], &mut logs);
            // Its own from the noise, which does not cancel.
            logs[i - first] = peaks[i] - 0.5 * noise.iter().map(|e| e * e).sum::<f64>();
            let largest = logs.iter().fold(f64::NEG_INFINITY, |largest, &x| largest.max(x));
            let mixed = largest + (logs.iter().map(|x| (x - largest).exp()).sum::<f64>() / logs.len() as f64).ln();
            terms.push(logs[i - first] - mixed);
        }
        terms
    });
    terms.concat()
}

fn log_densities(
    z: &[f64],
    means: ArrayView2<'_, f64>,
    precisions: ArrayView2<'_, f64>,
    peaks: &[f64],
    to: &mut [f64],
) {
    for ((to, peak), (mean, precision)) in to.iter_mut().zip(peaks).zip(means.rows().into_iter().zip(precisions.rows()))
    {
        *to = peak - 0.5 * distance(z, mean, precision);
    }
}

/// `sum_j p_j (z_j - m_j)^2`
fn distance(z: &[f64], mean: ArrayView1<'_, f64>, precision: ArrayView1<'_, f64>) -> f64 {
    let mut sums = [0.0; 8];
    let (mean, precision) = (mean.to_slice().expect("row-major"), precision.to_slice().expect("row-major"));
    for (j, ((z, m), p)) in z.iter().zip(mean).zip(precision).enumerate() {
        sums[j % 8] += p * (z - m) * (z - m);
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_numeric::parallel::with_threads;
    use ndarray::Array2;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn at_most_the_bound(seed: u64, n in 2_usize..40, d in 1_usize..10, batch in prop::option::of(2_usize..50)) {
            let mut stream = Stream::new(seed, "posteriors", &[]);
            let [means, log_vars]: [Array2<f64>; 2] = [(); 2].map(|()| stream.normal_array((n, d)) * 2.0);
            let options = CodeInformationOptions { batch, draws: 2, seed };
            let of = || code_information(means.view(), log_vars.view(), &options).unwrap();
            let found = of();
            prop_assert!(found.nats <= found.bound + 1e-12);
            prop_assert_eq!(with_threads(3, of).unwrap(), found);
        }
    }

    /// Means of a normal distribution: z and its mean are jointly normal.
    #[test]
    fn of_normal_means_it_is_known() {
        let means: Array2<f64> = Stream::new(1, "means", &[]).normal_array((4000, 1));
        let log_vars = Array2::from_elem((4000, 1), 0.5_f64.ln());
        let found = code_information(means.view(), log_vars.view(), &CodeInformationOptions::default()).unwrap();
        let want = 0.5 * 3.0_f64.ln();
        assert!((found.nats - want).abs() < 5.0 * found.standard_error, "{found:?}, not {want}");
        // The aggregate posterior is N(0, 1.5).
        let marginal = 0.5 * (1.5 - 1.0 - 1.5_f64.ln());
        assert!((found.marginal_kl - marginal).abs() < 0.05);
    }

    #[test]
    fn of_equal_posteriors_it_is_nothing() {
        let zeros = Array2::<f32>::zeros((50, 3));
        let found = code_information(zeros.view(), zeros.view(), &CodeInformationOptions::default()).unwrap();
        assert!(found.nats.abs() < 1e-12);
    }
}
