//! The programs as a user runs them.

mod bench_augment;
mod bench_sparse;
mod fista_mnist;
#[path = "../support/mod.rs"]
mod support;
mod trained;
