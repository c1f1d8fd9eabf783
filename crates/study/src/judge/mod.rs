//! Generated images judged by a small classifier of real ones.
//!
//! The classifier is trained on the same images as the model, from its own stream, before the model is. It says of
//! which class a generated image looks, and its last hidden layer is the space in which the Fréchet distance between
//! real and generated images is measured. So figures are comparable between runs of the same data and seed, and with
//! nothing else: they are no FID, whose features are those of an Inception network.

mod classifier;
mod frechet;
mod scores;

pub use classifier::Classifier;
pub use frechet::{Moments, frechet_distance};
pub use scores::{Judge, JudgeError, Scores};
