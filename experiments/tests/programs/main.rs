//! The programs as a user runs them.

mod bench_sparse;
mod fista_mnist;
mod support;
mod trained;
