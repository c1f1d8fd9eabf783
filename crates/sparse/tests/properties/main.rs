//! The mathematics of the lasso solvers, of dictionary learning and of learned encoders, as properties.

mod bad_input;
mod certificates;
mod composite;
mod composite_golden;
mod convergence;
mod convolutional;
mod convolutional_bad_input;
mod convolutional_golden;
mod convolutional_learning;
mod convolutional_problems;
#[cfg(feature = "lista")]
mod differentiable;
mod learning;
#[cfg(feature = "lista")]
mod lista;
mod optimality;
mod problems;
mod range;
mod reproducibility;
mod scaling;
