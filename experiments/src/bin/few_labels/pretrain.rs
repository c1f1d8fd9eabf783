//! What is learned without labels.

use super::config::{Atoms, Config};
use latent_datasets::LabelledImages;
use latent_numeric::random::Stream;
use latent_sparse::Dictionary;
use latent_sparse::convolutional::{
    ConvolutionalParams, FilterInit, FilterLearner, FilterMethod, FilterParams, Filters,
};
use latent_sparse::dictionary::{DictionaryParams, Init};
use latent_sparse::lasso::{LassoParams, Stop};
use latent_study::data::ImageSamples;
use latent_study::failure::Failure;
use latent_study::sparse::dictionaries::learned_online;
use latent_train::interrupt::Interrupt;
use latent_train::progress::Progress;

/// Training images of a batch of a dictionary.
const DICTIONARY_BATCH: usize = 512;
/// Training images of a batch of filters.
const FILTER_BATCH: usize = 16;

/// Whether something is learned now.
#[derive(Clone, Copy, Debug)]
pub enum Learning<'i> {
    /// What it begins with is enough.
    Not,
    /// Until its end, or until somebody asks for it.
    Until(&'i Interrupt),
}

impl Learning<'_> {
    /// So many batches, or none; and what asks for the end.
    fn batches(self, batches: usize) -> (usize, Interrupt) {
        match self {
            Self::Not => (0, Interrupt::default()),
            Self::Until(interrupt) => (batches, interrupt.clone()),
        }
    }
}

/// A dictionary for these images, (pixels, atoms).
pub fn dictionary(
    config: &Config,
    images: &LabelledImages,
    seed: u64,
    learning: Learning<'_>,
) -> Result<Dictionary<f32>, Failure> {
    let (init, batches) = match config.atoms {
        Atoms::Learned => (Init::Samples, config.dictionary_batches),
        Atoms::Random => (Init::Gaussian, 0),
    };
    let (batches, interrupt) = learning.batches(batches);
    let penalty = LassoParams::new(config.lambda as f32);
    let params = DictionaryParams {
        batch_size: DICTIONARY_BATCH,
        stop: Stop::gap(1e-2),
        init,
        seed,
        ..DictionaryParams::new(config.dictionary_size, penalty)
    };
    learned_online(params, batches, &ImageSamples(images), &interrupt)
}

/// Filters for these images.
pub fn filters(
    config: &Config,
    images: &LabelledImages,
    seed: u64,
    learning: Learning<'_>,
) -> Result<Filters<f32>, Failure> {
    let (channels, height, width) = images.image_dim();
    let (count, side) = (config.filters, config.side);
    if side > height || side > width {
        return Err(Failure::new(format!(
            "side is {side}, expected at most the {height} x {width} pixels of an image"
        )));
    }
    let (init, batches) = match config.atoms {
        Atoms::Learned => (FilterInit::Patches, config.filter_batches),
        Atoms::Random => (FilterInit::Gaussian, 0),
    };
    let (batches, interrupt) = learning.batches(batches);
    let params = FilterParams {
        method: FilterMethod::Online { forgetting: 4.0 },
        batch_size: FILTER_BATCH,
        coding_iterations: 20,
        init,
        seed,
        ..FilterParams::new(count, (side, side), ConvolutionalParams::new(config.lambda as f32))
    };
    let mut learner = FilterLearner::new(params)?;
    let batch = |index: usize| {
        let mut stream = Stream::new(seed, "batch of the filters", &[index as u64]);
        let chosen: Vec<usize> = (0..FILTER_BATCH).map(|_| stream.below(images.len())).collect();
        let rows = images.rows::<f32>(&chosen);
        rows.into_shape_with_order((FILTER_BATCH, channels, height, width)).expect("images of this size")
    };
    learner.initialise(batch(0).view())?;
    let progress = (batches > 0).then(|| Progress::new("learning filters", batches as u64, "batches"));
    for index in 0..batches {
        interrupt.check()?;
        learner.partial_fit(batch(index).view())?;
        progress.iter().for_each(|progress| progress.advance(1));
    }
    progress.into_iter().for_each(Progress::finish);
    Ok(learner.filters().expect("a learner that has its first filters"))
}
