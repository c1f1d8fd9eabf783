//! Functions that estimators need.

use latent_numeric::math;

/// `psi(x) = d/dx ln Gamma(x)` of positive numbers: recurrence up to ten, then the asymptotic series (Abramowitz and
/// Stegun 6.3.5, 6.3.18).
pub fn digamma(mut x: f64) -> f64 {
    let mut below = 0.0;
    while x < 10.0 {
        below -= 1.0 / x;
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = y * (1.0 / 12.0 - y * (1.0 / 120.0 - y * (1.0 / 252.0 - y * (1.0 / 240.0 - y * (1.0 / 132.0)))));
    below + x.ln() - 0.5 / x - series
}

/// `Phi(x)`, the normal distribution function, to absolute precision.
pub fn normal_cdf(x: f64) -> f64 {
    let mut value = [x * std::f64::consts::FRAC_1_SQRT_2];
    math::erf(&mut value);
    0.5 * (1.0 + value[0])
}

/// `P(K > x) = 2 sum_k (-1)^(k - 1) e^(-2 k^2 x^2)` of Kolmogorov's distribution.
pub fn kolmogorov_survival(x: f64) -> f64 {
    // The other form of the same theta function, which converges where x is small.
    if x < 1.0 {
        if x <= 0.0 {
            return 1.0;
        }
        let pi = std::f64::consts::PI;
        let terms = (1..6).map(|k| (-(f64::from(2 * k - 1) * pi / x).powi(2) / 8.0).exp());
        return 1.0 - (2.0 * pi).sqrt() / x * terms.sum::<f64>();
    }
    let terms = (1..8).map(f64::from).map(|k| (if k % 2.0 == 1.0 { 2.0 } else { -2.0 }) * (-2.0 * k * k * x * x).exp());
    terms.sum::<f64>().clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let euler = 0.577_215_664_901_532_9;
        assert!((digamma(1.0) + euler).abs() < 1e-13);
        assert!((digamma(0.5) + euler + 2.0 * 2.0_f64.ln()).abs() < 1e-13);
        assert!((digamma(100.0) - 4.600_161_852_738_087).abs() < 1e-13);
        assert!((normal_cdf(1.0) - 0.841_344_746_068_542_9).abs() < 1e-15);
        // The two forms meet.
        assert!((kolmogorov_survival(1.0) - kolmogorov_survival(1.0 - 1e-15)).abs() < 1e-13);
        assert!((kolmogorov_survival(1.358_098_6) - 0.05).abs() < 1e-6);
    }
}
