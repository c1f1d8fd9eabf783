//! The key `mix` of a study's configuration.

use crate::failure::Failure;
use latent_augment::image::{Mix, Mixing, RowMixer};
use latent_train::config::Problems;
use latent_train::sources::{self, Images};
use ndarray::{Array2, ArrayViewMut2};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How training images are mixed with each other, anew in each epoch: a table `[mix]`, none for not at all.
///
/// An image is mixed with another of those that are trained on, both as the key `augment` leaves them in the epoch. Partner
/// and weight are drawn from the stream `(seed, operator, [epoch, image])`.
///
/// ```
/// use latent_study::mixing::Mixed;
///
/// #[derive(serde::Deserialize)]
/// struct Config {
///     #[serde(default)]
///     mix: Mixed,
/// }
///
/// let config: Config = toml::from_str("[mix]\nop = 'cutmix'\nalpha = 1.0\np = 0.5\n").unwrap();
/// assert!(!config.mix.is_none());
/// let error = toml::from_str::<Config>("[mix]\nop = 'mixup'\nalpha = 0\n").map(|_| ()).unwrap_err().to_string();
/// assert!(error.contains("mixup: alpha = 0: expected a finite number above 0"), "{error}");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mixed(Option<Mix>);

impl Mixed {
    /// Whether images stay alone.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Images of a source, mixed.
    ///
    /// # Errors
    /// If they are empty.
    pub fn of<'d>(&self, images: Images<'d>, seed: u64) -> Result<Images<'d>, Failure> {
        let Some(mix) = self.0 else { return Ok(images) };
        let mixer = RowMixer::new(mix, images.set().image_dim(), seed);
        Ok(images.mixed(Mixer(mixer.map_err(|error| Failure::new(format!("mix: {error}")))?)))
    }

    /// Notes that images are mixed where they cannot be.
    pub fn refuse(&self, problems: &mut Problems, why: &str) {
        problems.require(self.is_none(), "mix", why);
    }
}

#[derive(Debug)]
struct Mixer(RowMixer);

impl sources::Mix for Mixer {
    fn mix(
        &self,
        rows: ArrayViewMut2<'_, f32>,
        epoch: u64,
        samples: &[usize],
        all: Range<usize>,
        rows_of: &dyn Fn(&[usize]) -> Array2<f32>,
    ) -> Vec<(usize, f32)> {
        let mixings = self.0.mix(rows, epoch, samples, all, rows_of);
        let mixings = mixings.expect("rows are numbers in [0, 1] of images of the mixer's shape, samples are of all");
        let partner = |(mixing, &sample): (&Option<Mixing>, &usize)| {
            mixing.map_or((sample, 1.0), |mixing| (mixing.partner(), mixing.own()))
        };
        mixings.iter().zip(samples).map(partner).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::augmentation::Augmentation;
    use latent_datasets::synthetic::strokes;
    use latent_numeric::parallel::with_threads;
    use latent_train::Source;
    use latent_train::sources::{Binarize, ImageBatch};
    use ndarray::{Array1, Axis};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Debug, Default, Deserialize, Serialize)]
    struct Config {
        #[serde(default)]
        augment: Augmentation,
        #[serde(default, skip_serializing_if = "Mixed::is_none")]
        mix: Mixed,
    }

    const AUGMENT: &str =
        "[[augment]]\nop = 'rotate'\ndegrees = [-20, 20]\n[[augment]]\nop = 'gaussian_noise'\nsigma = 0.1\n";

    fn config(mix: &str) -> Config {
        toml::from_str(&format!("{AUGMENT}{mix}")).unwrap()
    }

    fn batches(images: &Images<'_>, epoch: u64) -> Vec<ImageBatch> {
        (0..images.batches()).map(|k| images.batch(epoch, k)).collect()
    }

    /// What became of each image: its pixels, partner, and weight.
    fn by_image(images: &Images<'_>, epoch: u64) -> BTreeMap<usize, (Array1<f32>, Option<(usize, f32)>)> {
        let of = |batch: ImageBatch| {
            let rows: Vec<Array1<f32>> =
                batch.x.array().outer_iter().map(|row| row.iter().copied().collect()).collect();
            let partner = |at: usize| batch.partners.as_ref().map(|partners| (partners.indices[at], partners.own[at]));
            let known: Vec<_> = (0..rows.len()).map(partner).collect();
            batch.indices.into_iter().zip(rows.into_iter().zip(known))
        };
        batches(images, epoch).into_iter().flat_map(of).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn bits_depend_neither_on_batches_nor_on_threads(
            seed in 0_u64..9, epoch in 0_u64..4, sizes in (1_usize..9, 1_usize..40), threads in 2_usize..4, cut: bool,
        ) {
            let digits = strokes::generate(3, 0..50);
            let op = if cut { "cutmix" } else { "mixup" };
            let config = config(&format!("[mix]\nop = '{op}'\nalpha = 0.7\np = 0.8\n"));
            let bits = |size: usize, order: u64, threads: usize| {
                let images = || {
                    let images = Images::shuffled(&digits, size, order).unwrap().within(10..40).unwrap();
                    let images = config.mix.of(config.augment.of(images, seed).unwrap(), seed).unwrap();
                    by_image(&images, epoch)
                };
                with_threads(threads, images).unwrap()
            };
            let one = bits(sizes.0, 1, 1);
            prop_assert!(one.values().all(|(_, partner)| (10..40).contains(&partner.unwrap().0)));
            prop_assert_eq!(one, bits(sizes.1, 2, threads));
        }

        #[test]
        fn images_and_labels_are_mixed_by_the_same_weights(seed in 0_u64..99, epoch in 0_u64..4, alpha in 0.1..3.0_f64) {
            let digits = strokes::generate(3, 0..30);
            let config = config(&format!("[mix]\nop = 'mixup'\nalpha = {alpha:?}\np = 0.7\n"));
            let augmented = config.augment.of(Images::in_order(&digits, 30).unwrap(), seed).unwrap();
            let mixed = config.mix.of(config.augment.of(Images::shuffled(&digits, 8, 1).unwrap(), seed).unwrap(), seed);
            let (mixed, labels) = (mixed.unwrap(), digits.labels().unwrap());
            let as_they_are = by_image(&augmented, epoch);
            for batch in batches(&mixed, epoch) {
                let partners = batch.partners.as_ref().unwrap();
                for (at, &sample) in batch.indices.iter().enumerate() {
                    let (partner, own) = (partners.indices[at], partners.own[at]);
                    prop_assert_eq!(batch.labels[at], usize::from(labels[sample]));
                    prop_assert_eq!(partners.labels[at], usize::from(labels[partner]));
                    let (a, b) = (&as_they_are[&sample].0, &as_they_are[&partner].0);
                    let want = a * own + b * (1.0 - own);
                    let found = batch.x.array().index_axis(Axis(0), at);
                    prop_assert!(found.iter().zip(&want).all(|(found, want)| (found - want).abs() < 1e-6));
                }
            }
        }
    }

    #[test]
    fn each_epoch_has_other_partners() {
        let digits = strokes::generate(3, 0..40);
        let config = config("[mix]\nop = 'mixup'\nalpha = 1.0\n");
        let images = config.mix.of(Images::in_order(&digits, 40).unwrap(), 5).unwrap();
        let partners = |epoch| images.batch(epoch, 0).partners.unwrap();
        assert_eq!(partners(1), partners(1));
        assert_ne!(partners(1).indices, partners(2).indices);
        assert_ne!(partners(1).own, partners(2).own);
    }

    #[test]
    fn probability_zero_changes_no_bit() {
        let digits = strokes::generate(3, 0..20);
        let config = config("[mix]\nop = 'cutmix'\nalpha = 1.0\np = 0.0\n");
        let images = || {
            let images = Images::shuffled(&digits, 7, 2).unwrap().binarize(Binarize::Dynamic);
            config.augment.of(images, 5).unwrap()
        };
        for (mixed, alone) in batches(&config.mix.of(images(), 5).unwrap(), 3).iter().zip(batches(&images(), 3)) {
            assert_eq!(mixed.x.array(), alone.x.array());
            let partners = mixed.partners.as_ref().unwrap();
            assert_eq!((&partners.indices, &partners.labels), (&mixed.indices, &mixed.labels));
            assert!(partners.own.iter().all(|&own| own == 1.0));
        }
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        let with = config("[mix]\nop = 'mixup'\nalpha = 1\n");
        let again: Config = toml::from_str(&toml::to_string(&with).unwrap()).unwrap();
        assert_eq!(again.mix, with.mix);
        assert!(!toml::to_string(&Config::default()).unwrap().contains("mix"));
    }
}
