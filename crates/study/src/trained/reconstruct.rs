//! `reconstruct`

use super::output::{Output, told};
use super::reconstruction_sheet::SHOWN;
use super::{Input, Run};
use crate::failure::Failure;
use crate::training::Study;
use clap::Parser;
use latent_tensor::Tensor;
use std::path::PathBuf;

/// Encodes images by a trained model and decodes them again
///
/// Writes what comes back, NAME.npy of (images, pixels) in [0, 1], and NAME.png, the first images above what comes back
/// of them. Of a dictionary of patches, that are the filtered patches of a photograph, from left to right, then down, and
/// beside each other the filtered photograph and what they make of it; of convolutional filters, whole photographs,
/// (images, channels, height, width).
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:\n  \
        reconstruct runs/vae_mnist/mnist-1f0c23ab-s0\n  \
        reconstruct runs/vae_mnist/mnist-1f0c23ab-s0 --input my_digits/ --output mine"
)]
pub struct Reconstruct {
    /// Which run
    #[command(flatten)]
    pub run: Run,

    /// Which images
    #[command(flatten)]
    pub input: Input,

    /// What the files' names begin with
    #[arg(long, value_name = "NAME", default_value = "reconstructions")]
    pub output: PathBuf,
}

impl Reconstruct {
    /// Opens the run with its study and writes the files.
    ///
    /// # Errors
    /// If the run cannot be opened, its model has no encoder, images do not fit, or a file cannot be written.
    pub fn run<S: Study>(&self) -> Result<(), Failure> {
        let opened = self.run.open::<S>()?;
        let chosen = self.input.read(&opened, SHOWN)?;
        let back = chosen.batches().map(|x| opened.model.reconstruct(&x)).collect::<Result<Vec<_>, _>>()?;
        let back = chosen.whole(Tensor::concatenate(&back, 0).to_array())?;
        let sheet = chosen.beside(&back)?;
        let output = Output(&self.output);
        told(&[output.array("", &back)?, output.image(&sheet)?]);
        Ok(())
    }
}
