//! Dictionaries, filter banks and learned encoders as tasks of the training loop of `latent-train`: what a step updates,
//! and the figures of an evaluation.

#[cfg(test)]
mod bank_tests;
mod dictionary;
mod filter_banks;
mod imitation;
mod networks;
mod predictive_banks;
mod recovery;

pub use dictionary::DictionaryTask;
pub use filter_banks::FilterBanksTask;
pub use imitation::{EncoderLoss, EncodersTask};
pub use predictive_banks::{Energy, PredictiveBanksTask};
pub use recovery::{PlantedBatch, RecoveryTask};

use crate::SparseError;
use crate::error::require;
use latent_tensor::Tensor;
use latent_train::Batches;
use latent_train::sources::ImageBatch;
use ndarray::{Array4, Ix2};
use std::collections::BTreeSet;

/// The samples of all batches that a step is made from.
fn samples(batches: &Batches<'_, ImageBatch>) -> Tensor {
    let parts: Vec<Tensor> = (0..batches.parts()).map(|part| batches.get(part).x).collect();
    Tensor::concatenate(&parts, 0)
}

/// Checks that no two banks have the same number of filters, by which their filters and figures are named.
fn check_sizes(sizes: impl Iterator<Item = usize>) -> Result<(), SparseError> {
    let mut seen = BTreeSet::new();
    for size in sizes {
        let (name, expected) = ("the number of filters of a bank", "a number that no other bank has");
        require(seen.insert(size), name, size as f64, expected)?;
    }
    Ok(())
}

/// Rows of pixels as images of these channels, rows and columns.
fn images(x: &Tensor, (channels, height, width): (usize, usize, usize)) -> Array4<f32> {
    let rows = x.view_as::<Ix2>().to_owned();
    let shape = (rows.nrows(), channels, height, width);
    rows.into_shape_with_order(shape).expect("rows of as many pixels as an image has")
}
