//! Models as tasks of the training loop: what a step computes, on which batches, and what an evaluation reports.

mod gan;
mod images;
mod vae;

pub use gan::GanTask;
pub use images::{Binarization, ImageBatch, ImageSource};
pub use vae::VaeTask;
