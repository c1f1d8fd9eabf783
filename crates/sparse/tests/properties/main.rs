//! The mathematics of the lasso solvers, of dictionary learning and of learned encoders, as properties.

mod bad_input;
mod certificates;
mod convergence;
#[cfg(feature = "lista")]
mod differentiable;
mod learning;
#[cfg(feature = "lista")]
mod lista;
mod optimality;
mod problems;
mod reproducibility;
