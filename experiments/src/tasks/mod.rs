//! Models as tasks of the training loop, on [batches of images](latent_train::sources::Images): what a step computes,
//! and what an evaluation reports.

pub(crate) mod bank_sizes;
pub(crate) mod classified;
mod dictionary;
mod encoders;
mod filter_banks;
mod gan;
mod predictive_banks;
mod vae;

pub use dictionary::DictionaryTask;
pub use encoders::{EncoderLoss, EncodersTask, PlantedBatch, RecoveryTask};
pub use filter_banks::FilterBanksTask;
pub use gan::{GanTask, each_class_in_turn, samples_of_all_classes};
pub use predictive_banks::{Energy, PredictiveBanksTask};
pub use vae::VaeTask;

use latent_tensor::Tensor;
use latent_train::Batches;
use latent_train::sources::ImageBatch;
use ndarray::{Array4, Ix2};

/// The samples of all batches that a step is made from.
fn samples(batches: &Batches<'_, ImageBatch>) -> Tensor {
    let parts: Vec<Tensor> = (0..batches.parts()).map(|part| batches.get(part).x).collect();
    Tensor::concatenate(&parts, 0)
}

/// Rows of pixels as images of so many channels, rows and columns.
fn images(x: &Tensor, (channels, height, width): (usize, usize, usize)) -> Array4<f32> {
    let rows = x.view_as::<Ix2>().to_owned();
    let shape = (rows.nrows(), channels, height, width);
    rows.into_shape_with_order(shape).expect("rows of as many pixels as an image has")
}
