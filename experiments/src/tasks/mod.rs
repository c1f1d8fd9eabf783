//! Models as tasks of the training loop, on [batches of images](latent_train::sources::Images): what a step computes,
//! and what an evaluation reports.

pub(crate) mod classified;
mod dictionary;
mod encoders;
mod filter_banks;
mod gan;
mod vae;

pub use dictionary::DictionaryTask;
pub use encoders::{EncoderLoss, EncodersTask, PlantedBatch, RecoveryTask};
pub use filter_banks::FilterBanksTask;
pub use gan::{GanTask, each_class_in_turn, samples_of_all_classes};
pub use vae::VaeTask;

use latent_tensor::Tensor;
use latent_train::Batches;
use latent_train::sources::ImageBatch;

/// The samples of all batches that a step is made from.
fn samples(batches: &Batches<'_, ImageBatch>) -> Tensor {
    let parts: Vec<Tensor> = (0..batches.parts()).map(|part| batches.get(part).x).collect();
    Tensor::concatenate(&parts, 0)
}
