//! The mathematics of the lasso solvers and of dictionary learning, as properties.

mod bad_input;
mod certificates;
mod convergence;
mod learning;
mod optimality;
mod problems;
mod reproducibility;
