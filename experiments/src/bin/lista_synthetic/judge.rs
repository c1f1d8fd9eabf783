//! How well codes are recovered.

use super::config::Config;
use latent_datasets::synthetic::planted::Planted;
use latent_numeric::linalg::Cholesky;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Lasso, LassoParams, Solver, Stop};
use latent_sparse::lista::losses::nmse_db;
use latent_study::failure::Failure;
use ndarray::{Array1, Array2, Axis};

/// NMSE in dB after 1, 2, ... iterations, with the lambda of the configuration that is best in the end.
pub fn iterations(
    config: &Config,
    dictionary: &Dictionary<f32>,
    test: &Planted<f32>,
    solver: &dyn Solver<f32>,
) -> Result<(f64, Vec<f64>), Failure> {
    let nmse = |lambda: f64, iterations: usize| -> Result<f64, Failure> {
        let lasso = Lasso::new(dictionary, LassoParams::new(lambda as f32))?;
        let codes = lasso.solve(test.data.view(), solver, &Stop::after(iterations))?;
        Ok(nmse_db(codes.codes.view(), test.codes.view()))
    };
    let mut best = (f64::INFINITY, config.first_lambda);
    for &lambda in &config.lambdas {
        let last = nmse(lambda, config.layers)?;
        if last < best.0 {
            best = (last, lambda);
        }
    }
    Ok((best.1, (1..=config.layers).map(|k| nmse(best.1, k)).collect::<Result<_, _>>()?))
}

/// NMSE in dB of least squares on the true support: what no method can be expected to go below in noise. Samples whose
/// support has dependent atoms count as they are coded by zero.
pub fn oracle(test: &Planted<f32>) -> f64 {
    let dictionary = test.dictionary.mapv(f64::from);
    let mut codes = Array2::<f64>::zeros(test.codes.dim());
    for ((mut code, x), support) in codes.rows_mut().into_iter().zip(test.data.rows()).zip(&test.support) {
        let atoms = dictionary.select(Axis(1), support);
        if let Ok(factor) = Cholesky::new(atoms.t().dot(&atoms).view()) {
            let z: Array1<f64> = factor.solve(atoms.t().dot(&x.mapv(f64::from)).view());
            support.iter().zip(z).for_each(|(&j, z)| code[j] = z);
        }
    }
    nmse_db(codes.view(), test.codes.mapv(f64::from).view())
}
