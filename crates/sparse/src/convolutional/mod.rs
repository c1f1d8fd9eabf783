//! Convolutional sparse coding: an image is a sum of few small filters, each placed anywhere.

mod admm;
mod codes;
mod filters;
mod kernels;
mod operator;
mod params;
mod problem;
mod proximal_gradient;
mod sample;
mod solver;

pub use admm::Admm;
pub use codes::ConvolutionalCodes;
pub use filters::Filters;
pub use params::{Boundary, Channels, ConvolutionalParams};
pub use problem::{ConvolutionalLasso, Images};
pub use solver::Solver;
