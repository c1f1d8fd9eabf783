//! Models as tasks of the training loop, on [batches of images](latent_train::sources::Images): what a step computes,
//! and what an evaluation reports.

mod dictionary;
mod encoders;
mod filter_banks;
mod gan;
mod vae;

pub use dictionary::DictionaryTask;
pub use encoders::{EncoderLoss, EncodersTask};
pub use filter_banks::FilterBanksTask;
pub use gan::{GanTask, each_class_in_turn, samples_of_all_classes};
pub use vae::VaeTask;
