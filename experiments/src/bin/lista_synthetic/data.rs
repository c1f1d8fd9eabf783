//! Samples with planted codes.

use super::{Config, Noise};
use latent_datasets::synthetic::planted::Planted;
use latent_numeric::matmul::matmul;
use latent_numeric::random::Stream;
use latent_sparse::train::PlantedBatch;
use latent_study::data::{StudyData, source};
use latent_study::failure::Failure;
use latent_tensor::Tensor;
use latent_train::Source;
use latent_train::run::DataSource;
use ndarray::{Array1, Array2, ArrayView2};

/// The dictionary, and the samples that are evaluated.
#[derive(Debug)]
pub struct PlantedSet {
    /// The dictionary, and the samples that networks and solvers are judged by.
    pub test: Planted<f32>,
    /// Other samples of the same dictionary, to choose by.
    pub validation: PlantedBatch,
}

impl PlantedSet {
    /// As the configuration has them; validation samples are drawn as those of training, from the stream
    /// `(seed, "planted validation", [])`.
    ///
    /// # Errors
    /// If a number is out of its domain.
    pub fn draw(config: &Config, seed: u64) -> Result<Self, Failure> {
        let test: Planted<f32> = config.planting().generate(seed)?;
        let fresh = Fresh { size: config.validation_samples, ..Fresh::of(config, test.dictionary.view(), seed) };
        let validation = fresh.draw(&mut Stream::new(seed, "planted validation", &[]));
        Ok(Self { test, validation })
    }
}

impl StudyData for PlantedSet {
    fn sources(&self) -> Vec<DataSource> {
        vec![source("planted codes", &self.test.provenance)]
    }
}

/// Batches of an epoch, none of which comes again.
const BATCHES: usize = 1000;

/// Batches to train on, drawn anew, or the validation samples in one.
pub struct PlantedSource<'d>(Kind<'d>);

enum Kind<'d> {
    Fresh(Fresh<'d>),
    Validation { samples: &'d PlantedBatch, seed: u64 },
}

/// What samples are drawn with.
struct Fresh<'d> {
    dictionary: ArrayView2<'d, f32>,
    density: f64,
    noise: Noise,
    size: usize,
    seed: u64,
}

impl<'d> PlantedSource<'d> {
    /// Samples of the same kind as the test samples, those of each batch from the stream
    /// `(seed, "planted batch", [epoch, batch])`.
    pub fn fresh(config: &Config, data: &'d PlantedSet, seed: u64) -> Self {
        Self(Kind::Fresh(Fresh::of(config, data.test.dictionary.view(), seed)))
    }

    /// The validation samples.
    pub fn validation(data: &'d PlantedSet, seed: u64) -> Self {
        Self(Kind::Validation { samples: &data.validation, seed })
    }
}

impl<'d> Fresh<'d> {
    fn of(config: &Config, dictionary: ArrayView2<'d, f32>, seed: u64) -> Self {
        let (density, noise, size) = (config.density, config.noise, config.training.batch_size);
        Self { dictionary, density, noise, size, seed }
    }

    fn batch(&self, epoch: u64, index: usize) -> PlantedBatch {
        self.draw(&mut Stream::new(self.seed, "planted batch", &[epoch, index as u64]))
    }

    fn draw(&self, stream: &mut Stream) -> PlantedBatch {
        let (features, atoms) = self.dictionary.dim();
        let codes: Array2<f32> = Array2::from_shape_simple_fn((self.size, atoms), || {
            if stream.bernoulli(self.density) { stream.normal() } else { 0.0 }
        });
        let mut x = matmul(codes.view(), self.dictionary.t());
        if let Noise::Snr(decibels) = self.noise {
            for mut sample in x.rows_mut() {
                let error: Array1<f32> = stream.normal_array(features);
                let ratio = sample.dot(&sample) / error.dot(&error);
                sample.scaled_add(ratio.sqrt() * 10.0_f32.powf(-decibels as f32 / 20.0), &error);
            }
        }
        PlantedBatch { x: Tensor::constant(x), codes: Tensor::constant(codes) }
    }
}

impl Source for PlantedSource<'_> {
    type Batch = PlantedBatch;

    fn batches(&self) -> usize {
        match &self.0 {
            Kind::Fresh(_) => BATCHES,
            Kind::Validation { .. } => 1,
        }
    }

    fn batch(&self, epoch: u64, index: usize) -> PlantedBatch {
        match &self.0 {
            Kind::Fresh(fresh) => fresh.batch(epoch, index),
            Kind::Validation { samples, .. } => (*samples).clone(),
        }
    }

    /// How they are drawn: the configuration and the seed say the rest.
    fn fingerprint(&self) -> String {
        match &self.0 {
            Kind::Fresh(Fresh { density, noise, seed, .. }) => {
                format!("planted codes, density {density}, {noise}, seed {seed}")
            }
            Kind::Validation { samples, seed } => {
                format!("{} planted codes, of the same dictionary, seed {seed}", samples.codes.shape()[0])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_train::config::Training;
    use ndarray::Ix2;

    #[test]
    fn every_batch_is_another_and_has_the_noise_that_was_asked_for() {
        let config = Config { features: 20, atoms: 40, noise: Noise::Snr(12.0), ..Config::default() };
        let training = Training { batch_size: 200, ..config.training.clone() };
        let config = Config { training, ..config };
        let data = PlantedSet::draw(&config, 3).unwrap();
        let (source, dictionary, density) =
            (PlantedSource::fresh(&config, &data, 3), &data.test.dictionary, config.density);
        let codes = |epoch, index| source.batch(epoch, index).codes.view_as::<Ix2>().to_owned();
        assert_eq!(codes(1, 2), codes(1, 2));
        assert!(codes(1, 2) != codes(1, 3) && codes(1, 2) != codes(2, 2));
        let batch = source.batch(0, 0);
        let (x, codes) = (batch.x.view_as::<Ix2>().to_owned(), batch.codes.view_as::<Ix2>().to_owned());
        let share = codes.iter().filter(|z| **z != 0.0).count() as f64 / codes.len() as f64;
        // Five standard deviations of 8,000 coins.
        assert!((share - density).abs() < 5.0 * (density * (1.0 - density) / 8_000.0).sqrt(), "{share}");
        let clean = codes.dot(&dictionary.t());
        for (noisy, clean) in x.rows().into_iter().zip(clean.rows()).filter(|(_, clean)| clean.dot(clean) > 0.0) {
            let error = &noisy - &clean;
            let decibels = 10.0 * (clean.dot(&clean) / error.dot(&error)).log10();
            assert!((decibels - 12.0).abs() < 1e-3, "{decibels}");
        }
    }
}
