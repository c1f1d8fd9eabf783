//! The mathematics of the lasso solvers and of dictionary learning, as properties.

mod bad_input;
mod certificates;
mod convergence;
mod convolutional;
mod convolutional_bad_input;
mod convolutional_golden;
mod convolutional_learning;
mod convolutional_problems;
mod learning;
mod optimality;
mod problems;
mod reproducibility;
