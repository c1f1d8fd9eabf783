//! `encode`

use super::output::{Output, told};
use super::{Input, Run};
use crate::failure::Failure;
use crate::training::Study;
use clap::Parser;
use latent_report::plot;
use latent_tensor::Tensor;
use ndarray::Ix2;
use std::path::PathBuf;

/// Encodes images by a trained model
///
/// Writes the codes, NAME.npy of (images, latent_dim), and what else the model knows of them beside it; and NAME.png,
/// the codes in a plane (of two principal components, if there are more dimensions), in the colours of their classes.
/// The codes of a dictionary of patches are those of the patches of a photograph, from left to right, then down; those of
/// convolutional filters are maps, (images, filters, height, width).
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:\n  \
        encode runs/vae_mnist/mnist-1f0c23ab-s0\n  \
        encode runs/vae_mnist/mnist-1f0c23ab-s0 --split train --first 5000 --output train_codes\n  \
        encode runs/vae_mnist/mnist-1f0c23ab-s0 --input digits.npy"
)]
pub struct Encode {
    /// Which run
    #[command(flatten)]
    pub run: Run,

    /// Which images
    #[command(flatten)]
    pub input: Input,

    /// What the files' names begin with
    #[arg(long, value_name = "NAME", default_value = "codes")]
    pub output: PathBuf,
}

impl Encode {
    /// Opens the run with its study and writes the files.
    ///
    /// # Errors
    /// If the run cannot be opened, its model has no encoder, images do not fit, or a file cannot be written.
    pub fn run<S: Study>(&self) -> Result<(), Failure> {
        let opened = self.run.open::<S>()?;
        let chosen = self.input.read(&opened, usize::MAX)?;
        let (mut names, mut parts): (Vec<&str>, Vec<Vec<Tensor>>) = Default::default();
        for x in chosen.batches() {
            let encoded = opened.model.encode(&x)?;
            parts.resize_with(encoded.len(), Vec::new);
            names = encoded.iter().map(|(name, _)| *name).collect();
            parts.iter_mut().zip(encoded).for_each(|(part, (_, array))| part.push(array));
        }
        let output = Output(&self.output);
        let mut files = Vec::new();
        let arrays: Vec<Tensor> = parts.iter().map(|part| Tensor::concatenate(part, 0)).collect();
        for (index, (name, array)) in names.iter().zip(&arrays).enumerate() {
            let suffix = if index == 0 { String::new() } else { format!("_{name}") };
            files.push(output.array(&suffix, &array.to_array())?);
        }
        let in_plane = |codes: &&Tensor| codes.rank() == 2 && codes.shape()[1] >= 2 && codes.shape()[0] >= 3;
        if let Some(codes) = arrays.first().filter(in_plane) {
            files.push(output.png(&plot::plane(codes.view_as::<Ix2>(), chosen.labels.as_deref())?.png(2.0)?)?);
        }
        told(&files);
        Ok(())
    }
}
