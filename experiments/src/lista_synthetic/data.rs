//! Samples with planted codes.

use super::config::{Config, Noise};
use latent_datasets::DatasetError;
use latent_datasets::synthetic::planted::{self, Coefficients, Planted, Planting, Support};
use latent_numeric::matmul::matmul;
use latent_numeric::random::Stream;
use ndarray::{Array1, Array2, ArrayView2};

/// The dictionary, and the samples that networks are judged by.
pub fn test_set(config: &Config, noise: Noise, seed: u64) -> Result<Planted<f32>, DatasetError> {
    let noise = match noise {
        Noise::Noiseless => planted::Noise::Sd(0.0),
        Noise::Snr(decibels) => planted::Noise::SnrDb(decibels),
    };
    Planting {
        features: config.features,
        atoms: config.atoms,
        samples: config.test_samples,
        support: Support::Bernoulli(config.density),
        coefficients: Coefficients::Normal,
        noise,
    }
    .generate(seed)
}

/// Samples and codes of one step of training, of the same kind as those of the test set.
pub fn batch(config: &Config, noise: Noise, dictionary: ArrayView2<f32>, seed: u64, step: u64) -> [Array2<f32>; 2] {
    let mut stream = Stream::new(seed, "training batch", &[step]);
    let codes = Array2::from_shape_simple_fn((config.batch_size, config.atoms), || {
        if stream.bernoulli(config.density) { stream.normal() } else { 0.0 }
    });
    let mut samples = matmul(codes.view(), dictionary.t());
    if let Noise::Snr(decibels) = noise {
        for mut sample in samples.rows_mut() {
            let error: Array1<f32> = stream.normal_array(config.features);
            let ratio = sample.dot(&sample) / error.dot(&error);
            sample.scaled_add(ratio.sqrt() * 10.0_f32.powf(-decibels as f32 / 20.0), &error);
        }
    }
    [samples, codes]
}
