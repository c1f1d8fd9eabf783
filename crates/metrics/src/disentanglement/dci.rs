//! `D = sum_j rho_j (1 - H(P_j) / ln K)` and `C = sum_k sigma_k (1 - H(Q_k) / ln J)`, with the shares `P_jk` of code
//! j's importance for each factor, and `Q_jk` of each code's for factor k

use crate::MetricError;
use crate::input::Input;
use latent_numeric::Scalar;
use ndarray::{Array1, ArrayView1, ArrayView2, Axis};

/// Disentanglement and completeness of codes; see [`dci`].
#[derive(Clone, Debug, PartialEq)]
pub struct Dci {
    /// The mean over codes, each by its share of all importance, 0 to 1.
    pub disentanglement: f64,
    /// The mean over factors, each by its share of all importance, 0 to 1.
    pub completeness: f64,
    /// Of each code: one if it matters for one factor alone. Zero of one that matters for none.
    pub by_code: Vec<f64>,
    /// Of each factor: one if a single code matters for it. Zero of one that none matters for.
    pub by_factor: Vec<f64>,
}

/// Disentanglement and completeness from the importance of each code for the prediction of each factor, which
/// [`lasso_importances`](super::lasso_importances) or anybody's predictor gives; how well it predicts is the
/// informativeness.
///
/// With every factor coded by two codes alike, disentanglement is one and completeness `1 - ln 2 / ln J` for J codes.
///
/// # Shapes
/// (codes, factors), two or more of both.
///
/// # Errors
/// Fewer codes or factors, importances that are negative or not finite.
///
/// # Source
/// Eastwood and Williams, *A framework for the quantitative evaluation of disentangled representations*, 2018, section
/// 2.
///
/// ```
/// use latent_metrics::disentanglement::dci;
/// use ndarray::array;
///
/// let found = dci(array![[0.5, 0.0], [0.5, 0.0], [0.0, 1.0], [0.0, 1.0]].view())?;
/// assert_eq!(found.disentanglement, 1.0);
/// assert!((found.completeness - 0.5).abs() < 1e-12);
/// # Ok::<(), latent_metrics::MetricError>(())
/// ```
pub fn dci<E: Scalar>(importances: ArrayView2<'_, E>) -> Result<Dci, MetricError> {
    let input = Input("DCI");
    let importances = input.rows("codes", importances, 2)?;
    input.at_least("factors", importances.ncols(), 2)?;
    if let Some((index, &value)) = importances.iter().enumerate().find(|(_, value)| **value < 0.0) {
        let (what, expected) = ("importances", "at least 0");
        return Err(MetricError::Domain { metric: input.0, what, index, value, expected });
    }
    // The largest is one: sums do not overflow.
    let largest = importances.fold(0.0_f64, |largest, &x| largest.max(x));
    let importances = if largest > 0.0 { importances / largest } else { importances };
    let of = |axis: Axis| {
        let purities: Array1<f64> = importances.axis_iter(axis).map(purity).collect();
        let weights: Array1<f64> = importances.axis_iter(axis).map(|row| row.sum()).collect();
        let all = weights.sum();
        let mean = if all > 0.0 { purities.dot(&weights) / all } else { 0.0 };
        (mean, purities.to_vec())
    };
    let (disentanglement, by_code) = of(Axis(0));
    let (completeness, by_factor) = of(Axis(1));
    Ok(Dci { disentanglement, completeness, by_code, by_factor })
}

/// One less the entropy of the shares, in units of the largest entropy; zero of nothing.
fn purity(importances: ArrayView1<'_, f64>) -> f64 {
    let all = importances.sum();
    if all == 0.0 {
        return 0.0;
    }
    let shares = importances.iter().map(|x| x / all).filter(|p| *p > 0.0);
    let entropy: f64 = shares.map(|p| -p * p.ln()).sum();
    (1.0 - entropy / (importances.len() as f64).ln()).clamp(0.0, 1.0)
}
