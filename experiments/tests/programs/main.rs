//! The programs as a user runs them.

mod bench_augment;
mod bench_sparse;
mod configurations;
mod csc_images;
mod few_labels;
mod fista_mnist;
mod lista;
mod patches;
mod psd_images;
#[path = "../support/mod.rs"]
mod support;
mod text_augmentation;
mod trained;
