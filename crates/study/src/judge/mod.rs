//! Generated images judged by a small classifier of real ones.
//!
//! The classifier is trained on the training images of the data set, those that a run holds out among them, and never
//! on test images; its weights depend on these images alone. So there is one judge for all runs of a data set,
//! whatever their seed and model, which is trained once and kept in the user's [`Cache`]. It says of which class a
//! generated image looks, and its last hidden layer is the space in which the Fréchet distance between real and
//! generated images is measured. Figures are comparable between runs of the same data, and with nothing else: they are
//! no FID, whose features are those of an Inception network.

mod cache;
mod classifier;
mod scores;

pub use cache::Cache;
pub use classifier::Classifier;
pub use scores::{Judge, JudgeError, Scores};
