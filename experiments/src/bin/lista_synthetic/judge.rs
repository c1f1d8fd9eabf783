//! How well codes are recovered.

use super::PlantedSet;
use super::config::Config;
use latent_datasets::synthetic::planted::Planted;
use latent_numeric::linalg::Cholesky;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{Lasso, LassoParams, Solver, Stop};
use latent_sparse::lista::losses::nmse_db;
use latent_study::failure::Failure;
use latent_train::interrupt::Interrupt;
use latent_train::progress::Progress;
use ndarray::{Array1, Array2, ArrayView2, Axis};

/// NMSE in dB on the test samples after 1, 2, ... iterations, with the lambda of the configuration that is best in the
/// end on the validation samples.
pub fn iterations(
    config: &Config,
    dictionary: &Dictionary<f32>,
    data: &PlantedSet,
    solver: &dyn Solver<f32>,
    interrupt: &Interrupt,
) -> Result<(f64, Vec<f64>), Failure> {
    let runs = config.lambdas.len() + config.layers;
    let progress = Progress::new(&format!("iterating {}", solver.name()), runs as u64, "runs");
    let nmse = |x: ArrayView2<'_, f32>, z: ArrayView2<'_, f32>, lambda: f64, iterations: usize| {
        interrupt.check()?;
        let lasso = Lasso::new(dictionary, LassoParams::new(lambda as f32))?;
        let codes = lasso.solve(x, solver, &Stop::after(iterations))?;
        progress.advance(1);
        Ok::<_, Failure>(nmse_db(codes.codes.view(), z))
    };
    let (x, z) = (data.validation.x.view_as(), data.validation.codes.view_as());
    let mut best = (f64::INFINITY, config.first_lambda);
    for &lambda in &config.lambdas {
        let last = nmse(x, z, lambda, config.layers)?;
        if last < best.0 {
            best = (last, lambda);
        }
    }
    let (x, z) = (data.test.data.view(), data.test.codes.view());
    let curve = (1..=config.layers).map(|k| nmse(x, z, best.1, k)).collect::<Result<_, _>>()?;
    progress.finish();
    Ok((best.1, curve))
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
