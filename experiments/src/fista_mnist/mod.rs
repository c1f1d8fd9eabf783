//! Strokes: a dictionary of handwritten digits learned with FISTA.
//!
//! The study learns atoms from the training images, codes the test images with them, and compares the
//! solvers of the lasso on these codes. Source: the sparse coding of MNIST in LeCun's lecture on regularised
//! latent-variable energy models, `E(z) = ||x - W z||^2 + lambda ||z||_1` with normalised columns; with our
//! half in front of the square, its lambda is twice ours.

mod compare;
mod config;
mod evaluate;
mod figures;
mod learn;
mod study;

pub use config::{Config, Flags};
pub use study::run;
