//! `(n - 1)/n sum_i (t_(-i) - mean)^2`

/// The variance of an estimate from its values without each of the samples (Efron and Stein 1981).
pub fn variance(without: &[f64]) -> f64 {
    let n = without.len() as f64;
    let mean = without.iter().sum::<f64>() / n;
    (n - 1.0) / n * without.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
}
