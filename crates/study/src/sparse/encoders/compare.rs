//! Learned encoders beside the solvers that they imitate.

use crate::failure::Failure;
use crate::sparse::equivalent_iterations::equivalent_iterations;
use crate::timed::timed;
use latent_sparse::SparseError;
use latent_sparse::lasso::{Admm, Codes, Fista, Ista, Solver, Stop};
use latent_sparse::lista::{LayerWise, losses};
use latent_sparse::train::EncodersTask;
use latent_train::interrupt::Interrupt;
use latent_train::progress::Progress;
use ndarray::Array2;
use serde::Serialize;

/// Where ISTA and FISTA are stopped. A point is a run of its own from zero.
const ITERATIONS: [usize; 19] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512];
/// The relative gap of the codes that are taken for the optimum.
const OPTIMUM: f64 = 1e-6;
/// What single precision cannot tell from the optimum.
pub const FLOOR: f64 = 1e-6;

/// How far codes are from the optimum after some iterations or layers.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Point {
    /// Iterations or layers.
    pub steps: usize,
    /// `(F(z) - F*) / F*`, of sums over samples.
    pub excess: f64,
    /// `sum ||z - z*||^2 / sum ||z*||^2`.
    pub code_error: f64,
    /// For all samples, with what a solver prepares and the certificates.
    pub seconds: f64,
}

/// The points of a solver or a network.
#[derive(Clone, Debug, Serialize)]
pub struct Curve {
    /// Its name.
    pub method: &'static str,
    /// Whether it was trained.
    pub learned: bool,
    /// By steps.
    pub points: Vec<Point>,
}

impl Curve {
    /// After how many iterations it comes as close to the optimum's codes as this, if ever.
    pub fn equivalent_iterations(&self, code_error: f64) -> Option<f64> {
        equivalent_iterations(self.points.iter().map(|point| (point.steps, point.code_error)), code_error)
    }
}

/// Solvers first, then networks; `None` on Ctrl-C.
pub fn compare(task: &EncodersTask, x: &Array2<f32>, interrupt: &Interrupt) -> Result<Option<Vec<Curve>>, Failure> {
    let dictionary = task.dictionary()?;
    let lasso = task.lasso(&dictionary)?;
    let best = lasso.solve(x.view(), &Admm::default(), &Stop::gap(OPTIMUM))?;
    let objective = best.summary().objective;
    let solvers: [&dyn Solver<f32>; 2] = [&Ista::default(), &Fista::default()];
    let of_networks =
        task.networks().iter().map(|network| (network as &dyn Solver<f32>, (1..=network.layers()).collect()));
    let mut runs: Vec<(&dyn Solver<f32>, Vec<usize>)> = solvers.map(|solver| (solver, ITERATIONS.to_vec())).into();
    runs.extend(of_networks);
    let count = runs.iter().map(|(_, steps)| steps.len()).sum::<usize>();
    let progress = Progress::new("comparing encoders", count as u64, "runs");
    let mut curves = Vec::new();
    for (at, (solver, steps)) in runs.into_iter().enumerate() {
        progress.note(solver.name().to_owned());
        let mut points = Vec::new();
        for steps in steps {
            if interrupt.raised() {
                progress.finish();
                return Ok(None);
            }
            let solve = || -> Result<Codes<f32>, SparseError> { lasso.solve(x.view(), solver, &Stop::after(steps)) };
            let (found, seconds) = timed(solve)?;
            let decibels = losses::nmse_db(found.codes.view(), best.codes.view());
            points.push(Point {
                steps,
                excess: found.summary().objective / objective - 1.0,
                code_error: 10.0_f64.powf(decibels / 10.0),
                seconds,
            });
            progress.advance(1);
        }
        curves.push(Curve { method: solver.name(), learned: at >= solvers.len(), points });
    }
    progress.note("");
    progress.finish();
    Ok(Some(curves))
}
