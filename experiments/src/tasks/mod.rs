//! Models as tasks of the training loop, on [batches of images](latent_train::sources::Images): what a step computes,
//! and what an evaluation reports.

mod dictionary;
mod gan;
mod vae;

pub use dictionary::DictionaryTask;
pub use gan::GanTask;
pub use vae::VaeTask;
