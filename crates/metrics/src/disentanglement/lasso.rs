//! `argmin_w 1/(2 n) |y - X w|^2 + penalty |w|_1` of standardised columns, for the importance of codes

use super::factors::Coded;
use crate::MetricError;
use crate::input::Input;
use crate::logistic::standardizer;
use latent_numeric::linalg::symmetric_eigen;
use latent_numeric::matmul::matmul;
use latent_numeric::{Scalar, parallel};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, stack};

/// Linear predictors of factors from codes; see [`lasso_importances`].
#[derive(Clone, Debug, PartialEq)]
pub struct LassoImportances {
    /// The sizes of the weights, of standardised codes, (codes, factors): for [`dci`](super::dci).
    pub importances: Array2<f64>,
    /// The share of each factor's variance that is predicted, of the samples it was fitted to; zero of a constant one.
    pub r_squared: Vec<f64>,
    /// How far the objective is from its least at most, where that of no weights is a half.
    pub gap: f64,
    weights: Array2<f64>,
    codes: [Array1<f64>; 2],
    factors: [Array1<f64>; 2],
}

/// The most iterations.
const ITERATIONS: usize = 100_000;

/// The gap that is nothing beside the objective of no weights, a half.
const ENOUGH: f64 = 1e-13;

/// The importance of each code for a linear prediction of each factor with few weights: the lasso on standardised codes
/// and factors, whose values are taken as numbers.
///
/// It is solved by FISTA from no weights, which treats codes alike: permuted codes have permuted importances, and equal
/// codes have equal ones, where descent along one coordinate after the other would choose the first. The gap to the
/// dual is part of the answer.
///
/// # Shapes
/// `codes` (n, codes), `factors` (n, factors).
///
/// # Errors
/// Other numbers of rows, fewer than two, codes that are not finite, no factor that varies, a penalty that is not in
/// (0, 1): from 1 on there are no weights.
///
/// # Source
/// Eastwood and Williams 2018, section 3; Beck and Teboulle, *A fast iterative shrinkage-thresholding algorithm*, 2009,
/// equations 4.1 to 4.3; restarts of O'Donoghue and Candès 2015.
pub fn lasso_importances<E: Scalar>(
    codes: ArrayView2<'_, E>,
    factors: ArrayView2<'_, usize>,
    penalty: f64,
) -> Result<LassoImportances, MetricError> {
    let input = Input("lasso importances");
    let coded = Coded::of(input, codes, factors)?;
    input.setting(penalty > 0.0 && penalty < 1.0, "penalty", penalty, "in (0, 1)")?;
    let targets = factors.mapv(|value| value as f64);
    let (codes_by, factors_by) = (standardizer(&coded.codes), standardizer(&targets));
    let [x, y] = [(&coded.codes, &codes_by), (&targets, &factors_by)].map(|(x, [mean, scale])| (x - mean) * scale);
    let fitted = weights(&x, &y, penalty)?;
    let apart = &y - &matmul(x.view(), fitted.weights.view());
    let r_squared = explained(&y, &apart);
    let importances = fitted.weights.mapv(f64::abs);
    Ok(LassoImportances {
        importances,
        r_squared,
        gap: fitted.gap,
        weights: fitted.weights,
        codes: codes_by,
        factors: factors_by,
    })
}

impl LassoImportances {
    /// The share of each factor's variance that is predicted of other samples, `1 - |v - v'|^2 / |v - mean|^2`; zero of
    /// one that is constant among them. It is below zero where the mean would be the better prediction. This is the
    /// informativeness of DCI.
    ///
    /// # Errors
    /// Other numbers of rows, codes or factors, fewer than two rows, codes that are not finite, no factor that varies.
    pub fn informativeness<E: Scalar>(
        &self,
        codes: ArrayView2<'_, E>,
        factors: ArrayView2<'_, usize>,
    ) -> Result<Vec<f64>, MetricError> {
        let input = Input("informativeness");
        input.same("codes", codes.ncols(), self.weights.nrows())?;
        input.same("factors", factors.ncols(), self.weights.ncols())?;
        let coded = Coded::of(input, codes, factors)?;
        let targets = factors.mapv(|value| value as f64);
        let [mean, scale] = &self.codes;
        let predicted = matmul(((&coded.codes - mean) * scale).view(), self.weights.view());
        let [mean, scale] = &self.factors;
        let y = (targets - mean) * scale;
        Ok(explained(&y, &(&y - &predicted)))
    }
}

fn explained(y: &Array2<f64>, apart: &Array2<f64>) -> Vec<f64> {
    let of = |(y, apart): (ArrayView1<f64>, ArrayView1<f64>)| {
        let mean = y.mean().expect("rows");
        let all: f64 = y.iter().map(|y| (y - mean).powi(2)).sum();
        if all > 0.0 { 1.0 - apart.dot(&apart) / all } else { 0.0 }
    };
    y.columns().into_iter().zip(apart.columns()).map(of).collect()
}

pub struct Fitted {
    /// (columns of x, columns of y)
    pub weights: Array2<f64>,
    pub gap: f64,
}

/// The weights of standardised columns.
pub fn weights(x: &Array2<f64>, y: &Array2<f64>, penalty: f64) -> Result<Fitted, MetricError> {
    let n = x.nrows() as f64;
    let gram = matmul(x.t(), x.view()) / n;
    let covariance = matmul(x.t(), y.view()) / n;
    let largest = symmetric_eigen(gram.view())?.values.last().copied().unwrap_or(0.0);
    let squares: Vec<f64> = y.columns().into_iter().map(|y| y.dot(&y) / n).collect();
    let columns = parallel::map(covariance.columns(), |k, covariance| {
        if largest > 0.0 {
            fista(&gram, covariance, squares[k], largest, penalty)
        } else {
            (Array1::zeros(x.ncols()), 0.0)
        }
    });
    let views: Vec<_> = columns.iter().map(|(weights, _)| weights.view()).collect();
    let weights = stack(Axis(1), &views).expect("as many weights each");
    Ok(Fitted { weights, gap: columns.iter().fold(0.0, |largest, (_, gap)| largest.max(*gap)) })
}

/// Weights and the gap to the dual.
fn fista(
    gram: &Array2<f64>,
    covariance: ArrayView1<'_, f64>,
    square: f64,
    curvature: f64,
    penalty: f64,
) -> (Array1<f64>, f64) {
    let step = 1.0 / curvature;
    let mut weights: Array1<f64> = Array1::zeros(covariance.len());
    let (mut ahead, mut momentum, mut gap) = (weights.clone(), 1.0_f64, f64::INFINITY);
    for iteration in 0..ITERATIONS {
        if iteration % 10 == 0 {
            gap = duality_gap(gram, covariance, square, penalty, &weights);
            if gap <= ENOUGH {
                break;
            }
        }
        let uphill = gram.dot(&ahead) - covariance;
        let next = (&ahead - &(uphill * step)).mapv(|w| w.signum() * (w.abs() - penalty * step).max(0.0));
        let moved = &next - &weights;
        if (&ahead - &next).dot(&moved) > 0.0 {
            // It went beyond: without momentum again.
            momentum = 1.0;
        }
        let following = 0.5 * (1.0 + (1.0 + 4.0 * momentum * momentum).sqrt());
        ahead = &next + &(moved * ((momentum - 1.0) / following));
        (weights, momentum) = (next, following);
    }
    (weights, gap)
}

fn duality_gap(
    gram: &Array2<f64>,
    covariance: ArrayView1<'_, f64>,
    square: f64,
    penalty: f64,
    weights: &Array1<f64>,
) -> f64 {
    let image = gram.dot(weights);
    let (fit, size) = (covariance.dot(weights), weights.dot(&image));
    let residual = (square - 2.0 * fit + size).max(0.0);
    let steepest = (&covariance - &image).fold(0.0_f64, |largest, x| largest.max(x.abs()));
    let scale = if steepest > penalty { penalty / steepest } else { 1.0 };
    let primal = 0.5 * residual + penalty * weights.iter().map(|w| w.abs()).sum::<f64>();
    let dual = scale * (square - fit) - 0.5 * scale * scale * residual;
    (primal - dual).max(0.0)
}
