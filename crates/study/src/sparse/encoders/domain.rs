//! What encoders are learned for.

use super::{Config, Configured};
use crate::cli::Common;
use crate::data::{Loaded, StudyData};
use crate::failure::Failure;
use crate::trained::Opened;
use crate::training::{Configs, Evaluation};
use latent_sparse::dictionary::Samples;
use latent_sparse::train::EncodersTask;
use latent_train::Source;
use latent_train::sources::ImageBatch;
use ndarray::Array2;

/// A kind of samples that encoders are learned for: all that a study of the family has of its own, beside what its
/// configuration has ([`Configured`]).
pub trait Domain: Configured {
    /// The study's name, as [`Study::NAME`](crate::training::Study::NAME).
    const NAME: &'static str;
    /// What it is, in a line for `--help`.
    const ABOUT: &'static str;
    /// What it learns from and is tested on.
    type Data: StudyData;
    /// Where batches come from.
    type Source<'d>: Source<Batch = ImageBatch>;

    /// The named configurations of the study.
    fn configs() -> Configs;

    /// The encoders with the samples of their run, for `encode` and `reconstruct`.
    fn opened(config: &Config<Self>, task: EncodersTask, data: Self::Data) -> Opened;

    /// The data.
    ///
    /// # Errors
    /// If they cannot be found or read.
    fn load(config: &Config<Self>, flags: &Common) -> Result<Loaded<Self::Data>, Failure>;

    /// The samples of a dictionary.
    fn samples(data: &Self::Data) -> impl Samples<f32> + '_;

    /// Batches to train on.
    ///
    /// # Errors
    /// If there are none.
    fn train<'d>(config: &Config<Self>, data: &'d Self::Data, seed: u64) -> Result<Self::Source<'d>, Failure>;

    /// Samples that are evaluated while training.
    ///
    /// # Errors
    /// If there are none.
    fn validation(data: &Self::Data) -> Result<Evaluation<Self::Source<'_>>, Failure>;

    /// The first so many test samples, (samples, features).
    fn test(data: &Self::Data, count: usize) -> Array2<f32>;

    /// The samples' name, for readers.
    fn title(config: &Config<Self>, data: &Self::Data) -> String;

    /// What a reader has to know who could take the results for those of other samples.
    fn note(_config: &Config<Self>) -> Option<&'static str> {
        None
    }
}
