//! Convolutional sparse coding: an image is a sum of few small filters, each placed anywhere.

mod admm;
mod codes;
mod filter_update;
mod filters;
mod kernels;
mod learner;
mod learner_params;
mod operator;
mod params;
mod problem;
mod proximal_gradient;
mod sample;
mod solver;
mod statistics;

pub use admm::Admm;
pub use codes::ConvolutionalCodes;
pub use filters::Filters;
pub use learner::{FilterLearner, FilterProgress, FilterReport};
pub use learner_params::{FilterInit, FilterMethod, FilterParams};
pub use params::{Boundary, Channels, ConvolutionalParams};
pub use problem::{ConvolutionalLasso, Images};
pub use solver::Solver;
