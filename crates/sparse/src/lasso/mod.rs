//! The lasso over a batch of samples with a fixed dictionary.
//!
//! [`Lasso`] is the problem, a [`Solver`] solves it, [`Codes`] is the answer with a [`Certificate`]
//! for every sample. Samples are independent; they are solved in blocks of fixed size, in parallel,
//! with the same bits on any number of threads.

mod block;
mod certificate;
mod codes;
mod gap;
mod params;
mod penalty;
mod problem;
mod solve;
mod solver;

mod active_rows;
mod active_set;
mod admm;
mod coordinate_descent;
mod finish;
mod fista;
mod gram_rows;
mod growing_cholesky;
mod ista;
mod lars;
mod lars_path;
mod omp;
mod proximal_gradient;
mod steps;

pub use active_set::ActiveSet;
pub use admm::Admm;
pub use block::{Block, Outcome};
pub use certificate::{Certificate, StopReason};
pub use codes::{Codes, Summary};
pub use coordinate_descent::CoordinateDescent;
pub use fista::Fista;
pub use ista::Ista;
pub use lars::Lars;
pub use lars_path::LarsPath;
pub use omp::Omp;
pub use params::{Lambda, LassoParams, Stop};
pub(crate) use penalty::Penalty;
pub use problem::Lasso;
pub(crate) use solve::{BLOCK, Certify};
pub use solver::{Prepared, Solver};
pub use steps::StepSize;
pub(crate) use steps::{Momentum, Rows, Steps};
