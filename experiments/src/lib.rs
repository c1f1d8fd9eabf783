//! What the studies share: pictures, plots, flags, data and the end of a run.
//!
//! A study is one binary in `src/bin/` and a [`training::Study`]: a configuration, [what learns](tasks), sources of
//! batches, and what is drawn of it, such as figures ([`plot`]) and image sheets ([`picture`]). The rest, from
//! flags and configurations to the run folder and going on after a kill, is the same for all.

pub mod augmentation;
pub mod cli;
pub mod csc_images;
pub mod data;
pub mod dictionaries;
pub mod failure;
pub mod few_labels;
pub mod fista_mnist;
pub mod font;
pub mod gabor;
pub mod gan_mnist;
pub mod judge;
pub mod lista;
pub mod lista_synthetic;
pub mod mixing;
pub mod natural;
pub mod networks;
pub mod patches;
pub mod picture;
pub mod plot;
pub mod print;
pub mod psd_images;
pub mod solvers;
pub mod steps;
pub mod sweep;
pub mod tasks;
pub mod text_augmentation;
mod timed;
pub mod trained;
pub mod training;
pub mod vae_mnist;
pub mod windows;
mod worth;
