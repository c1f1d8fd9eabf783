//! `ln 1/k sum_i w_i` of weights `w_i = p(x, z_i) / q(z_i | x)`

use crate::MetricError;
use crate::input::Input;
use latent_numeric::{Scalar, compiled_here};
use ndarray::{ArrayView1, ArrayView2};

/// The logarithm of a mean of weights whose logarithms come one by one, without overflow, and how far it can be
/// trusted.
///
/// ```
/// use latent_metrics::likelihood::LogWeights;
///
/// let mut weights = LogWeights::default();
/// [1e5_f64.ln() - 2000.0, 3e5_f64.ln() - 2000.0].into_iter().for_each(|log| weights.add(log));
/// assert!((weights.log_mean() - (2e5_f64.ln() - 2000.0)).abs() < 1e-12);
/// assert!((weights.effective_sample_size() - 1.6).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogWeights {
    largest: f64,
    /// Of weights in units of the largest.
    sum: f64,
    squares: f64,
    count: u64,
}

impl Default for LogWeights {
    /// No weights yet.
    fn default() -> Self {
        Self { largest: f64::NEG_INFINITY, sum: 0.0, squares: 0.0, count: 0 }
    }
}

impl LogWeights {
    /// Takes one more weight into account, of which this is the logarithm; minus infinity is a weight of zero.
    pub fn add(&mut self, log: f64) {
        self.count += 1;
        if log.is_nan() {
            *self = Self { largest: f64::NAN, sum: f64::NAN, squares: f64::NAN, count: self.count };
        } else if log == f64::NEG_INFINITY {
            // Nothing is added.
        } else if log == self.largest {
            // Also of infinities, whose difference is no number.
            self.sum += 1.0;
            self.squares += 1.0;
        } else if log < self.largest {
            let share = (log - self.largest).exp();
            self.sum += share;
            self.squares += share * share;
        } else {
            let share = (self.largest - log).exp();
            self.sum = self.sum * share + 1.0;
            self.squares = self.squares * (share * share) + 1.0;
            self.largest = log;
        }
    }

    /// The number of weights.
    pub fn draws(&self) -> u64 {
        self.count
    }

    /// `ln sum_i w_i`, minus infinity of none.
    pub fn log_sum(&self) -> f64 {
        self.largest + self.sum.ln()
    }

    /// `ln 1/k sum_i w_i`.
    pub fn log_mean(&self) -> f64 {
        self.log_sum() - (self.count as f64).ln()
    }

    /// The standard error of [`log_mean`](Self::log_mean) by the delta method, `s / (w sqrt(k))` with the deviation `s`
    /// and the mean `w` of the weights. Infinite of fewer than two weights. It is too small where weights that matter
    /// most were not drawn.
    pub fn standard_error(&self) -> f64 {
        let n = self.count as f64;
        if self.count < 2 {
            return f64::INFINITY;
        }
        let mean = self.sum / n;
        let variance = (self.squares / n - mean * mean).max(0.0) * n / (n - 1.0);
        (variance / n).sqrt() / mean
    }

    /// `(sum_i w_i)^2 / sum_i w_i^2` (Kong 1992): as many draws from the posterior would do as well; 1 to k.
    pub fn effective_sample_size(&self) -> f64 {
        self.sum * self.sum / self.squares
    }
}

/// Estimates of log-likelihoods from importance weights; see [`log_likelihood`].
#[derive(Clone, Debug, PartialEq)]
pub struct LogLikelihood {
    /// The mean of the estimates over samples, in nats.
    pub mean: f64,
    /// The standard error of that mean from the draws alone, for the given samples.
    pub standard_error: f64,
    /// The estimate of `ln p(x)` of each sample, in nats.
    pub by_sample: Vec<f64>,
    /// Its standard error.
    pub errors: Vec<f64>,
    /// The effective number of draws of each sample.
    pub effective_sample_sizes: Vec<f64>,
    /// The number of draws.
    pub draws: usize,
}

/// Log-likelihoods by importance sampling: the logarithm of the mean weight of each sample, with its standard error and
/// effective number of draws. In expectation a lower bound that grows with the number of draws.
///
/// Weights that do not fit into memory are added one by one to a [`LogWeights`] of each sample.
///
/// # Shapes
/// Log-weights `ln p(x, z_i) - ln q(z_i | x)` are (samples, draws), in nats.
///
/// # Errors
/// No samples, fewer than two draws, log-weights that are NaN or infinity (minus infinity is a weight of zero), a
/// sample with no other weights.
///
/// # Source
/// Burda, Grosse and Salakhutdinov, *Importance weighted autoencoders*, 2016, section 5.
///
/// ```
/// use latent_metrics::likelihood::log_likelihood;
/// use ndarray::array;
///
/// let found = log_likelihood(array![[-3.0_f32, -3.0, -3.0]].view())?;
/// assert_eq!((found.mean, found.standard_error, found.effective_sample_sizes[0]), (-3.0, 0.0, 3.0));
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn log_likelihood<E: Scalar>(log_weights: ArrayView2<'_, E>) -> Result<LogLikelihood, MetricError> {
    let input = Input("log-likelihood");
    let (samples, draws) = log_weights.dim();
    input.at_least("samples", samples, 1)?;
    input.at_least("draws", draws, 2)?;
    let all: Vec<LogWeights> = log_weights.rows().into_iter().map(of_row).collect();
    for (row, weights) in all.iter().enumerate() {
        let value = weights.log_mean();
        if !value.is_finite() {
            let bad = |log: f64| log.is_nan() || log == f64::INFINITY;
            let column = log_weights.row(row).iter().position(|log| bad(log.as_f64())).unwrap_or(0);
            let value = log_weights[[row, column]].as_f64();
            let index = row * draws + column;
            return Err(MetricError::NotFinite { metric: input.0, what: "log-weights", index, value });
        }
    }
    let by_sample: Vec<f64> = all.iter().map(LogWeights::log_mean).collect();
    let errors: Vec<f64> = all.iter().map(LogWeights::standard_error).collect();
    let n = samples as f64;
    Ok(LogLikelihood {
        mean: by_sample.iter().sum::<f64>() / n,
        standard_error: errors.iter().map(|error| error * error).sum::<f64>().sqrt() / n,
        effective_sample_sizes: all.iter().map(LogWeights::effective_sample_size).collect(),
        by_sample,
        errors,
        draws,
    })
}

#[compiled_here]
fn of_row<E: Scalar>(row: ArrayView1<'_, E>) -> LogWeights {
    let mut weights = LogWeights::default();
    row.iter().for_each(|log| weights.add(log.as_f64()));
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_log_sum_is_that_of_the_numbers(logs in prop::collection::vec(-30.0_f64..30.0, 2..20), shift in -1e5_f64..1e5) {
            let mut weights = LogWeights::default();
            logs.iter().for_each(|log| weights.add(log + shift));
            let plain: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
            let (n, sum) = (logs.len() as f64, plain.iter().sum::<f64>());
            prop_assert!((weights.log_sum() - sum.ln() - shift).abs() < 1e-9, "{}", weights.log_sum());
            let squares: f64 = plain.iter().map(|w| w * w).sum();
            let size = sum * sum / squares;
            prop_assert!((weights.effective_sample_size() - size).abs() < 1e-9 * size);
            prop_assert!((1.0 - 1e-12..=n + 1e-9).contains(&weights.effective_sample_size()));
            let variance = plain.iter().map(|w| (w - sum / n).powi(2)).sum::<f64>() / (n - 1.0);
            let error = (variance / n).sqrt() / (sum / n);
            prop_assert!((weights.standard_error() - error).abs() < 1e-6);
        }
    }

    #[test]
    fn nothing_at_all_and_what_is_no_number() {
        let mut sum = LogWeights::default();
        sum.add(f64::NEG_INFINITY);
        assert_eq!(sum.log_sum(), f64::NEG_INFINITY);
        sum.add(3.0);
        assert_eq!(sum.log_sum(), 3.0);
        assert_eq!(sum.log_mean(), 3.0 - 2.0_f64.ln());
        sum.add(f64::NAN);
        sum.add(4.0);
        assert!(sum.log_sum().is_nan());
        let error = |log| log_likelihood(ndarray::array![[0.0, 1.0], [2.0, log]].view()).unwrap_err().to_string();
        assert_eq!(
            error(f64::NAN),
            "log-likelihood: log-weights must be finite, but element 3, in row-major order, is NaN"
        );
    }
}
