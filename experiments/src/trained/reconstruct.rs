//! `reconstruct`

use super::output::{Output, told};
use super::{Input, Run};
use crate::failure::Failure;
use crate::picture;
use clap::Parser;
use latent_tensor::Tensor;
use ndarray::{ArrayD, Axis, Ix2, concatenate, s};
use std::path::PathBuf;

/// Encodes images by a trained model and decodes them again
///
/// Writes what comes back, NAME.npy of (images, pixels) in [0, 1], and NAME.png, the first images above what comes back
/// of them.
#[derive(Debug, Parser)]
#[command(
    name = "reconstruct",
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

/// Images of the picture, and how many in a row.
const SHOWN: usize = 60;
const COLUMNS: usize = 12;

impl Reconstruct {
    /// Does it.
    ///
    /// # Errors
    /// If the run cannot be opened, its model has no encoder, images do not fit, or a file cannot be written.
    pub fn run(&self) -> Result<(), Failure> {
        let opened = self.run.open()?;
        let chosen = self.input.read(&opened, SHOWN)?;
        let back = chosen.batches().map(|x| opened.model.reconstruct(&x)).collect::<Result<Vec<_>, _>>()?;
        let (x, back) = (chosen.x, Tensor::concatenate(&back, 0));
        let shown = x.nrows().min(SHOWN);
        // Whole rows, so that each image stands above its own.
        let shown = if shown > COLUMNS { shown - shown % COLUMNS } else { shown };
        let mut rows = Vec::new();
        for start in (0..shown).step_by(COLUMNS) {
            let some = s![start..(start + COLUMNS).min(shown), ..];
            rows.extend([x.slice(some).to_owned(), back.view_as::<Ix2>().slice(some).to_owned()]);
        }
        let views: Vec<_> = rows.iter().map(|rows| rows.view()).collect();
        let pairs = concatenate(Axis(0), &views).expect("rows of the same length");
        let sheet =
            picture::rows(&Tensor::constant(pairs), picture::side(&opened.data.splits.train), COLUMNS.min(shown));
        let output = Output(&self.output);
        let array: ArrayD<f32> = back.to_array();
        told(&[output.array("", &array)?, output.image(&sheet)?]);
        Ok(())
    }
}
