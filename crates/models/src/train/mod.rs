//! The models as tasks of the training loop of `latent-train`, on [batches of images](latent_train::sources::ImageBatch):
//! the losses of a step, and the figures of an evaluation.

mod gan;
mod vae;

pub use gan::{GanTask, JUDGED, NoJudge, SampleJudge, each_class_in_turn, samples_in_parts, samples_of_all_classes};
pub use vae::VaeTask;
