//! `SAP = mean_k (S_(1)k - S_(2)k)`, with the two codes that alone predict a factor best

use super::factors::{Coded, Factor};
use super::mig::two_largest;
use crate::MetricError;
use crate::input::Input;
use crate::logistic::{Logistic, standardizer};
use latent_numeric::{Scalar, parallel};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

/// How well one code predicts one factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Predictability {
    /// The squared correlation with the factor's values in their order, `Cov(z, v)^2 / (Var(z) Var(v))`: for factors
    /// whose values are places on a scale.
    Correlation,
    /// For factors whose values are names: the share of samples that a multinomial logistic regression on the one code
    /// recognises, averaged over the values, above that of chance: `(accuracy - 1 / values) / (1 - 1 / values)`, at
    /// least zero. Its decisions are thresholds on the code.
    Classification {
        /// Half of this times the squared weights is added to the mean loss.
        penalty: f64,
    },
}

/// The separated attribute predictability of codes; see [`sap`].
#[derive(Clone, Debug, PartialEq)]
pub struct Sap {
    /// The mean over all factors, 0 to 1.
    pub score: f64,
    /// The gap of each factor; zero of a constant one.
    pub by_factor: Vec<f64>,
    /// How well each code predicts each factor, (codes, factors).
    pub predictability: Array2<f64>,
    /// The number of samples.
    pub samples: usize,
}

/// Separated attribute predictability: how much better the best code predicts a factor than the second best. A constant
/// code predicts nothing, and a constant factor counts with a gap of zero.
///
/// # Shapes
/// `codes` (n, codes), `factors` (n, factors).
///
/// # Estimator
/// Predictions are of the samples that they were fitted to.
///
/// # Errors
/// Other numbers of rows, fewer than two, codes that are not finite, no factor that varies, a penalty that is not
/// positive.
///
/// # Source
/// Kumar, Sattigeri and Balakrishnan, *Variational inference of disentangled latent concepts from unlabeled
/// observations*, 2018, section 3.
///
/// ```
/// use latent_metrics::disentanglement::{Predictability, sap};
/// use ndarray::Array2;
///
/// let factors = Array2::from_shape_fn((100, 2), |(n, k)| if k == 0 { n % 10 } else { n / 10 });
/// let codes = factors.mapv(|value| value as f32);
/// assert!((sap(codes.view(), factors.view(), Predictability::Correlation)?.score - 1.0).abs() < 1e-12);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn sap<E: Scalar>(
    codes: ArrayView2<'_, E>,
    factors: ArrayView2<'_, usize>,
    by: Predictability,
) -> Result<Sap, MetricError> {
    let input = Input("SAP");
    let Coded { codes, factors } = Coded::of(input, codes, factors)?;
    if let Predictability::Classification { penalty } = by {
        input.setting(penalty > 0.0 && penalty.is_finite(), "penalty", penalty, "positive and finite")?;
    }
    let columns = parallel::map(codes.columns(), |_, code| {
        let one = |factor: &Factor| match by {
            _ if !factor.varies() => 0.0,
            Predictability::Correlation => squared_correlation(code, factor),
            Predictability::Classification { penalty } => above_chance(code, factor, penalty),
        };
        factors.iter().map(one).collect::<Vec<_>>()
    });
    let predictability = Array2::from_shape_fn((codes.ncols(), factors.len()), |(code, factor)| columns[code][factor]);
    let gap = |column: ArrayView1<f64>| {
        let [first, second] = two_largest(column.iter().copied());
        first - second
    };
    let by_factor: Vec<f64> = predictability.columns().into_iter().map(gap).collect();
    let score = by_factor.iter().sum::<f64>() / by_factor.len() as f64;
    Ok(Sap { score, by_factor, predictability, samples: codes.nrows() })
}

fn squared_correlation(code: ArrayView1<'_, f64>, factor: &Factor) -> f64 {
    let column = |values: Vec<f64>| Array2::from_shape_vec((values.len(), 1), values).expect("one column");
    let standard = |x: Array2<f64>| {
        let [mean, scale] = standardizer(&x);
        (x - mean) * scale
    };
    let (x, y) = (standard(column(code.to_vec())), standard(column(factor.numbers())));
    (x * y).mean().expect("rows").powi(2).min(1.0)
}

fn above_chance(code: ArrayView1<'_, f64>, factor: &Factor, penalty: f64) -> f64 {
    let x = code.insert_axis(Axis(1)).to_owned();
    let found = Logistic::fit(&x, &factor.values, factor.levels(), penalty).classes(&x);
    let mut hits = vec![0_usize; factor.levels()];
    found.iter().zip(&factor.values).filter(|(found, value)| found == value).for_each(|(_, &value)| hits[value] += 1);
    let levels = factor.levels() as f64;
    let accuracy = hits.iter().zip(&factor.counts).map(|(&hits, &all)| hits as f64 / all as f64).sum::<f64>() / levels;
    ((accuracy - 1.0 / levels) / (1.0 - 1.0 / levels)).max(0.0)
}
