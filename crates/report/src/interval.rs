//! Means over seeds.

use latent_numeric::format::with_interval;
use statrs::distribution::{ContinuousCDF, StudentsT};
use std::fmt;

/// A mean with the half width of its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// The number of values.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Half the width of the interval; none of fewer than two values.
    pub half_width: Option<f64>,
}

impl fmt::Display for Mean {
    /// `98.31 ± 0.42`: the mean, and the half width to two digits if there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&with_interval(self.mean, self.half_width))
    }
}

/// The mean of values, with Student's 95 % interval `t_{0.975, n-1} s / sqrt(n)`, where `s^2` is the sum of squared
/// deviations over `n - 1`: it holds the true mean in 95 of 100 experiments if the values are normal. None of no values.
///
/// Student (1908), The probable error of a mean.
///
/// ```
/// use latent_report::mean_interval;
///
/// let mean = mean_interval(&[98.0, 99.0, 100.0]).unwrap();
/// assert_eq!(mean.mean, 99.0);
/// assert_eq!(mean.to_string(), "99.0 ± 2.5");
/// // t = 4.302653 with two degrees of freedom, s = 1.
/// assert!((mean.half_width.unwrap() - 4.302_653 / 3_f64.sqrt()).abs() < 1e-5);
/// ```
pub fn mean_interval(values: &[f64]) -> Option<Mean> {
    let count = values.len();
    if count == 0 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / count as f64;
    let half_width = (count > 1).then(|| {
        let freedom = (count - 1) as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let quantile = StudentsT::new(0.0, 1.0, freedom).map_or(f64::NAN, |t| t.inverse_cdf(0.975));
        quantile * (squares / freedom / count as f64).sqrt()
    });
    Some(Mean { count, mean, half_width })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_quantiles_are_those_of_the_tables() {
        // Fisher and Yates (1963), Statistical Tables, table III, two-sided 5 %.
        let table =
            [(2, 12.706), (3, 4.303), (4, 3.182), (5, 2.776), (6, 2.571), (11, 2.228), (31, 2.042), (121, 1.980)];
        for (count, quantile) in table {
            let values: Vec<f64> = (0..count).map(f64::from).collect();
            let mean = values.iter().sum::<f64>() / f64::from(count);
            let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(count - 1);
            let got = mean_interval(&values).unwrap().half_width.unwrap() / (variance / f64::from(count)).sqrt();
            assert!((got - quantile).abs() < 6e-4, "{count} values: {got}, expected {quantile}");
        }
    }

    #[test]
    fn one_value_has_no_interval_and_none_no_mean() {
        assert_eq!(mean_interval(&[3.0]), Some(Mean { count: 1, mean: 3.0, half_width: None }));
        assert_eq!(mean_interval(&[]), None);
    }

    proptest! {
        #[test]
        fn it_moves_and_scales_with_its_values(
            values in prop::collection::vec(-10.0_f64..10.0, 2..12), shift in -100.0_f64..100.0, scale in 0.1_f64..10.0,
        ) {
            let (plain, moved): (Vec<f64>, Vec<f64>) = values.iter().map(|x| (*x, scale * x + shift)).unzip();
            let (plain, moved) = (mean_interval(&plain).unwrap(), mean_interval(&moved).unwrap());
            prop_assert!((moved.mean - (scale * plain.mean + shift)).abs() < 1e-9);
            prop_assert!((moved.half_width.unwrap() - scale * plain.half_width.unwrap()).abs() < 1e-6);
        }
    }
}
