//! The codes of scikit-learn and SPAMS in `golden/lasso.json`; see `golden/lasso.py` for their scaling.
//!
//! Sizes: 20 rows, 40 atoms, 4 samples. Every array of codes ends with the axis of the atoms, and every
//! code minimises `1/2 ||x - W z||^2 + penalty(z)`, except those of matching pursuit.

use ndarray::{Array1, Array2, Array3};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Golden {
    /// W (20, 40), unit columns.
    pub dictionary: Array2<f64>,
    /// X (4, 20), a sample a row.
    pub signals: Array2<f64>,
    /// `lambda ||z||_1`.
    pub lasso: Solutions,
    /// `lambda ||z||_1`, `z >= 0`.
    pub positive_lasso: Solutions,
    /// `lambda ||z||_1 + l2/2 ||z||_2^2`.
    pub elastic_net: ElasticNetSolutions,
    /// `lambda sum_i w_i |z_i|`.
    pub weighted_lasso: WeightedSolutions,
    /// The first sample at ten lambdas from `lambda_max` down to a hundredth of it.
    pub lasso_path: Path,
    /// The first sample at the knots of its path; the first lambda is `lambda_max` with the zero code, the
    /// last is a hundredth of it and no knot. Two atoms leave the support on the way.
    pub lars_path: Path,
    /// The same with `z >= 0`; the first lambda is the largest (signed) correlation.
    pub positive_lars_path: Path,
    /// Orthogonal matching pursuit of the first sample with 1 to 10 atoms.
    pub omp_by_count: OmpByCount,
    /// Orthogonal matching pursuit of every sample until the squared residual is small enough.
    pub omp_by_error: OmpByError,
}

#[derive(Deserialize)]
pub struct Solutions {
    /// (3), descending.
    pub lambdas: Array1<f64>,
    /// (3, 4, 40): lambda, sample, atom.
    pub codes: Array3<f64>,
    /// (3, 4): the minimum.
    pub objectives: Array2<f64>,
}

#[derive(Deserialize)]
pub struct ElasticNetSolutions {
    pub l2: f64,
    #[serde(flatten)]
    pub at: Solutions,
}

#[derive(Deserialize)]
pub struct WeightedSolutions {
    /// (40).
    pub weights: Array1<f64>,
    #[serde(flatten)]
    pub at: Solutions,
}

#[derive(Deserialize)]
pub struct Path {
    /// (k), descending.
    pub lambdas: Array1<f64>,
    /// (k, 40).
    pub codes: Array2<f64>,
}

#[derive(Deserialize)]
pub struct OmpByCount {
    /// (10): 1 to 10.
    pub counts: Array1<usize>,
    /// (10, 40).
    pub codes: Array2<f64>,
    /// (10): the atoms in the order of their choice.
    pub selection_order: Array1<usize>,
    /// (10): `||x - W z||^2`.
    pub squared_residuals: Array1<f64>,
}

#[derive(Deserialize)]
pub struct OmpByError {
    /// (3): the pursuit stops at `||x - W z||^2 <= tolerance`.
    pub squared_tolerances: Array1<f64>,
    /// (3, 4, 40): tolerance, sample, atom.
    pub codes: Array3<f64>,
}

/// Reads `golden/lasso.json`.
pub fn load() -> Golden {
    serde_json::from_str(include_str!("../golden/lasso.json")).expect("tests/golden/lasso.json has another layout")
}
