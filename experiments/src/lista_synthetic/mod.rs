//! Planted codes recovered by learned encoders: NMSE by layer, beside ISTA and FISTA.
//!
//! The problem of the LISTA literature: `x = A z + noise`, `A` with unit columns from the normal distribution, each
//! code element normal with probability 0.1, else 0. Networks are trained layer by layer on fresh batches to recover
//! `z`, and judged on a test set by `10 log10 (sum ||z^ - z||^2 / sum ||z||^2)` after each layer. ISTA and FISTA take
//! the lambda that serves them best at the last layer. Source: Chen, Liu, Wang and Yin, *Theoretical linear convergence
//! of unfolded ISTA and its practical weights and thresholds*, NeurIPS 2018.
//!
//! The default schedule has few steps a stage, so that the study takes minutes; published figures come from many
//! times as many (`--steps`).

mod config;
mod data;
mod judge;
mod study;

pub use config::{Config, Flags, Noise};
pub use study::run;
