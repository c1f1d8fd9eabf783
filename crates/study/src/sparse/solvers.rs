//! Solvers by name.

use clap::ValueEnum;
use latent_numeric::Scalar;
use latent_sparse::convolutional;
use latent_sparse::lasso::{ActiveSet, Admm, CoordinateDescent, Fista, Ista, Lars, Solver};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The solvers of the lasso that a study can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SolverName {
    /// Iterative shrinkage-thresholding
    Ista,
    /// Fast iterative shrinkage-thresholding
    Fista,
    /// FISTA with adaptive restart
    RestartedFista,
    /// FISTA that never raises the objective
    MonotoneFista,
    /// Cyclic coordinate descent
    CoordinateDescent,
    /// Newton steps on the support
    ActiveSet,
    /// The homotopy path of least-angle regression
    Lars,
    /// The default for batches: ADMM, finished exactly
    Admm,
}

impl SolverName {
    /// The solver with its default settings.
    pub fn solver<E: Scalar>(self) -> Box<dyn Solver<E>> {
        match self {
            Self::Ista => Box::new(Ista::default()),
            Self::Fista => Box::new(Fista::default()),
            Self::RestartedFista => Box::new(Fista::restarted()),
            Self::MonotoneFista => Box::new(Fista { monotone: true, ..Fista::default() }),
            Self::CoordinateDescent => Box::new(CoordinateDescent),
            Self::ActiveSet => Box::new(ActiveSet),
            Self::Lars => Box::new(Lars),
            Self::Admm => Box::new(Admm::default()),
        }
    }
}

impl fmt::Display for SolverName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(<dyn Solver<f32>>::name(self.solver().as_ref()))
    }
}

/// The solvers of the convolutional lasso.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConvolutionalSolver {
    /// The alternating direction method of multipliers
    Admm,
    /// Iterative shrinkage-thresholding
    Ista,
    /// Fast iterative shrinkage-thresholding
    Fista,
    /// FISTA with adaptive restart
    RestartedFista,
    /// Locally greedy coordinate descent
    Greedy,
}

impl ConvolutionalSolver {
    /// The solver with its default settings.
    pub fn solver(self) -> Box<dyn convolutional::Solver<f32>> {
        match self {
            Self::Admm => Box::new(convolutional::Admm::default()),
            Self::Ista => Box::new(Ista::default()),
            Self::Fista => Box::new(Fista::default()),
            Self::RestartedFista => Box::new(Fista::restarted()),
            Self::Greedy => Box::new(convolutional::GreedyCoordinateDescent),
        }
    }
}

impl fmt::Display for ConvolutionalSolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.solver().name())
    }
}
