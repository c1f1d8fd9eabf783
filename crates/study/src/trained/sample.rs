//! `sample`

use super::output::{Output, told};
use super::{Form, Run};
use crate::failure::Failure;
use crate::training::Study;
use clap::Parser;
use latent_numeric::random::Stream;
use latent_report::picture;
use std::path::PathBuf;

/// Draws samples of a trained model
///
/// Writes NAME.npy, (samples, pixels) in [0, 1], and NAME.png. A model of classes draws all of them in turn, a column of
/// the picture each, unless one is chosen.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:\n  \
        sample runs/vae_mnist/mnist-1f0c23ab-s0\n  \
        sample runs/gan_mnist/mnist-77e1d0c4-s0 --class 7 --count 100 --seed 3 --output sevens"
)]
pub struct Sample {
    /// Which run
    #[command(flatten)]
    pub run: Run,

    /// The number of samples
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub count: u32,

    /// Draw samples of this class only
    #[arg(long, value_name = "CLASS")]
    pub class: Option<usize>,

    /// Seed of the draws
    #[arg(long, default_value_t = 0)]
    pub seed: u64,

    /// What the files' names begin with
    #[arg(long, value_name = "NAME", default_value = "samples")]
    pub output: PathBuf,
}

/// Samples drawn at once.
const BATCH: usize = 500;

impl Sample {
    /// Opens the run with its study and writes the files.
    ///
    /// # Errors
    /// If the run cannot be opened, has no such class, or a file cannot be written.
    pub fn run<S: Study>(&self) -> Result<(), Failure> {
        let opened = self.run.open::<S>()?;
        let (model, count, known) = (&opened.model, self.count as usize, opened.model.classes());
        let classes: Option<Vec<usize>> = match self.class {
            Some(class) if class >= known => {
                let has = match known {
                    0 => "has no classes to choose from".to_owned(),
                    _ => format!("has the classes 0 to {}", known - 1),
                };
                return Err(Failure::new(format!("--class is {class}, but {} of this run {has}", model.kind())));
            }
            Some(class) => Some(vec![class; count]),
            None if known > 0 => Some((0..count).map(|index| index % known).collect()),
            None => None,
        };
        let mut stream = Stream::new(self.seed, "samples", &[]);
        let mut batches = Vec::new();
        for start in (0..count).step_by(BATCH) {
            let of_batch = start..(start + BATCH).min(count);
            let classes = classes.as_ref().map(|classes| &classes[of_batch.clone()]);
            batches.push(model.sample(of_batch.len(), classes, &mut stream)?);
        }
        let samples = latent_tensor::Tensor::concatenate(&batches, 0);
        let columns = if known > 0 && self.class.is_none() { known } else { (count as f64).sqrt().ceil() as usize };
        let Form::Exactly((channels, height, width)) = opened.images.form() else {
            return Err(Failure::new(format!("{} draws no images of one size", model.kind())));
        };
        let sheet = picture::rows(samples.view_as(), (channels * height, width), columns.min(count));
        let output = Output(&self.output);
        told(&[output.array("", &samples.to_array())?, output.image(&sheet)?]);
        Ok(())
    }
}
