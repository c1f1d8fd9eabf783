//! What the studies share: pictures, plots, flags, data and the end of a run.
//!
//! A study is one binary in `src/bin/`. It reads its flags ([`cli`]), makes a [`RunFolder`](latent_train::run::RunFolder),
//! computes with the other crates, and leaves its results in the folder: arrays, metrics, figures
//! ([`plot`]) and image sheets ([`picture`]). A study that trains a network is a [`training::Study`]: the rest, from
//! configurations to going on after a kill, is the same for all.

pub mod cli;
pub mod data;
pub mod failure;
pub mod fista_mnist;
pub mod font;
pub mod lista_synthetic;
pub mod picture;
pub mod plot;
pub mod solvers;
pub mod steps;
pub mod tasks;
pub mod training;
pub mod vae_mnist;
