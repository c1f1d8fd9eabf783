//! What the studies share: run folders, pictures, plots, flags, progress and the end of a run.
//!
//! A study is one binary in `src/bin/`. It reads its flags ([`cli`]), makes a [`run::RunFolder`],
//! computes with the other crates, and leaves its results in the folder: arrays, metrics, figures
//! ([`plot`]) and image sheets ([`picture`]).

pub mod cli;
pub mod data;
pub mod failure;
pub mod fista_mnist;
pub mod font;
pub mod picture;
pub mod plot;
pub mod solvers;
pub mod tasks;
