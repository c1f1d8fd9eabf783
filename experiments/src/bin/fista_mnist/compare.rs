//! The solvers against each other, from one start.

use super::Config;
use latent_datasets::LabelledImages;
use latent_sparse::Dictionary;
use latent_sparse::lasso::{ActiveSet, Lasso, LassoParams, Stop};
use latent_study::failure::Failure;
use latent_study::sparse::solvers::SolverName;
use latent_study::timed::timed;
use latent_train::interrupt::Interrupt;
use latent_train::progress::Progress;
use ndarray::Array2;
use serde::Serialize;
use std::time::{Duration, Instant};

/// Who takes part.
const SOLVERS: [SolverName; 5] =
    [SolverName::Ista, SolverName::Fista, SolverName::RestartedFista, SolverName::CoordinateDescent, SolverName::Admm];

/// Where each solver is stopped. A point is a run of its own from zero, so that the times have nothing in them
/// but the solver.
const ITERATIONS: [usize; 17] = [1, 2, 3, 5, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 512, 1024];

/// A point counts as the optimum below this relative distance: f64 sums end there.
pub const FLOOR: f64 = 1e-13;

/// The distance to the optimum of the points that are told.
const CLOSE: f64 = 1e-3;

/// How far a solver was from the optimum after some iterations.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Point {
    /// Iterations allowed for each image.
    pub iterations: usize,
    /// Seconds for all images, with what the solver prepares.
    pub seconds: f64,
    /// The mean objective minus the mean optimum.
    pub distance: f64,
}

/// One solver's points.
#[derive(Clone, Debug, Serialize)]
pub struct Curve {
    /// The solver.
    pub solver: SolverName,
    /// Its points, by iterations.
    pub points: Vec<Point>,
}

/// The solvers on the same images.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// How many images.
    pub images: usize,
    /// A curve for each solver; none if they were not compared.
    pub curves: Vec<Curve>,
    /// Time spent comparing.
    pub time: Duration,
}

impl Comparison {
    /// Runs every solver on as many of the images as the configuration says; without curves on Ctrl-C.
    pub fn of(
        dictionary: &Dictionary<f32>,
        config: &Config,
        images: &LabelledImages,
        interrupt: &Interrupt,
    ) -> Result<Self, Failure> {
        let images = images.rows::<f32>(0..config.compared_images.min(images.len()));
        let start = Instant::now();
        let curves = if images.is_empty() { Vec::new() } else { compare(dictionary, config, &images, interrupt)? };
        Ok(Self { images: images.nrows(), curves, time: start.elapsed() })
    }

    /// Where each solver first comes within [`CLOSE`] of the optimum, or where it ended.
    pub fn reached(&self) -> Vec<(SolverName, Point)> {
        let reached = |curve: &Curve| {
            let point = curve.points.iter().find(|point| point.distance <= CLOSE).or(curve.points.last())?;
            Some((curve.solver, *point))
        };
        self.curves.iter().filter_map(reached).collect()
    }
}

/// Runs every solver on the same images, in double precision so that the end of the way can be seen. Empty on
/// Ctrl-C.
fn compare(
    dictionary: &Dictionary<f32>,
    config: &Config,
    images: &Array2<f32>,
    interrupt: &Interrupt,
) -> Result<Vec<Curve>, Failure> {
    let dictionary = Dictionary::new(dictionary.atoms().mapv(f64::from))?;
    let x = images.mapv(f64::from);
    let lasso = Lasso::new(&dictionary, LassoParams { positive: config.positive, ..LassoParams::new(config.lambda) })?;
    let optimum = lasso.solve(x.view(), &ActiveSet, &Stop::gap(1e-13))?.summary().objective;
    let progress = Progress::new("comparing solvers", (SOLVERS.len() * ITERATIONS.len()) as u64, "runs");
    let mut curves = Vec::new();
    for name in SOLVERS {
        progress.note(name.to_string());
        let solver = name.solver();
        let mut points = Vec::new();
        for iterations in ITERATIONS {
            if interrupt.raised() {
                progress.finish();
                return Ok(Vec::new());
            }
            let (codes, seconds) = timed(|| lasso.solve(x.view(), solver.as_ref(), &Stop::after(iterations)))?;
            let distance = codes.summary().objective - optimum;
            points.push(Point { iterations, seconds, distance });
            progress.advance(1);
            if distance <= FLOOR * optimum {
                break;
            }
        }
        curves.push(Curve { solver: name, points });
    }
    progress.note("");
    progress.finish();
    Ok(curves)
}
