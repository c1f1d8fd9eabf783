//! The key `augment` of a study's configuration.

use crate::failure::Failure;
use latent_augment::image::{Chain, RowAugmenter};
use latent_datasets::photographs::Photographs;
use latent_numeric::parallel;
use latent_train::sources::{Augment, Images};
use ndarray::ArrayViewMut2;
use serde::{Deserialize, Serialize};

/// How training images are changed, anew in each epoch, or photographs once: a list of tables `[[augment]]`, empty for not
/// at all.
///
/// Every draw is of the stream `(seed, operator, [epoch, image, place in the chain])`.
///
/// ```
/// use latent_study::augmentation::Augmentation;
///
/// #[derive(serde::Deserialize)]
/// struct Config {
///     #[serde(default)]
///     augment: Augmentation,
/// }
///
/// let config: Config = toml::from_str("[[augment]]\nop = 'rotate'\ndegrees = [-10, 10]\n").unwrap();
/// assert!(!config.augment.is_empty());
/// let error = toml::from_str::<Config>("[[augment]]\nop = 'rotat'\n").map(|_| ()).unwrap_err().to_string();
/// assert!(error.contains("rotate"), "{error}");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Augmentation(Chain);

impl Augmentation {
    /// Whether images stay as they are.
    pub fn is_empty(&self) -> bool {
        self.0.steps().is_empty()
    }

    /// Images of a source, changed.
    ///
    /// # Errors
    /// If an operator does not suit the images, or changes their size.
    pub fn of<'d>(&self, images: Images<'d>, seed: u64) -> Result<Images<'d>, Failure> {
        if self.is_empty() {
            return Ok(images);
        }
        let augmenter = RowAugmenter::new(self.0.clone(), images.set().image_dim(), seed);
        let augmenter = augmenter.map_err(|error| Failure::new(format!("augment: {error}")))?;
        Ok(images.augmented(Augmenter(augmenter)))
    }
}

impl Augmentation {
    /// Changes photographs, of any sizes, once: by the draws of the first epoch.
    ///
    /// # Errors
    /// If an operator does not suit a photograph.
    pub fn once(&self, photographs: &mut Photographs, seed: u64) -> Result<(), Failure> {
        if self.is_empty() {
            return Ok(());
        }
        let changed =
            parallel::map(&photographs.images, |index, image| self.0.apply(image.view(), seed, 0, index as u64));
        let changed = changed.into_iter().collect::<Result<Vec<_>, _>>();
        photographs.images = changed.map_err(|error| Failure::new(format!("augment: {error}")))?;
        Ok(())
    }
}

#[derive(Debug)]
struct Augmenter(RowAugmenter);

impl Augment for Augmenter {
    fn augment(&self, rows: ArrayViewMut2<'_, f32>, epoch: u64, samples: &[usize]) {
        self.0.augment(rows, epoch, samples).expect("rows are bytes of images of the augmenter's shape, over 255");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_datasets::Provenance;
    use latent_datasets::synthetic::strokes;
    use latent_numeric::parallel::with_threads;
    use latent_train::Source;
    use ndarray::Array3;

    fn augmentation(chain: &str) -> Augmentation {
        Augmentation(Chain::from_toml(chain).unwrap())
    }

    #[test]
    fn a_batch_is_the_same_on_any_threads_and_another_in_each_epoch() {
        let digits = strokes::generate(3, 0..70);
        let augment = augmentation(
            "[[augment]]\nop = 'rotate'\ndegrees = [-20, 20]\n[[augment]]\nop = 'elastic'\nalpha = 8.0\nsigma = 4.0\np = 0.5\n",
        );
        let bits = |size: usize, epoch: u64, threads: usize| {
            let rows = || {
                let images = augment.of(Images::in_order(&digits, size).unwrap(), 5).unwrap();
                (0..images.batches())
                    .flat_map(|k| images.batch(epoch, k).x.array().iter().copied().collect::<Vec<_>>())
                    .map(f32::to_bits)
                    .collect::<Vec<_>>()
            };
            with_threads(threads, rows).unwrap()
        };
        assert_eq!(bits(32, 1, 1), bits(9, 1, 3));
        assert_ne!(bits(32, 1, 1), bits(32, 2, 1));
    }

    #[test]
    fn photographs_are_changed_once_each_in_its_own_way() {
        let same = Array3::from_shape_fn((1, 20, 30), |(_, y, x)| (7 * y + x) as u8);
        let images = vec![same.clone(), same.clone()];
        let mut photographs = Photographs { name: "two".into(), images, provenance: Provenance::Memory };
        augmentation("[[augment]]\nop = 'rotate'\ndegrees = [-20, 20]\n").once(&mut photographs, 3).unwrap();
        assert!(photographs.images.iter().all(|image| image.dim() == same.dim() && *image != same));
        assert_ne!(photographs.images[0], photographs.images[1]);
        let crop = augmentation("[[augment]]\nop = 'crop'\nheight = 25\nwidth = 20\n");
        let error = crop.once(&mut photographs, 3).unwrap_err().to_string();
        assert!(error.contains("augment:") && error.contains("crop"), "{error}");
    }

    #[test]
    fn images_keep_their_size() {
        let digits = strokes::generate(3, 0..4);
        let crop = augmentation("[[augment]]\nop = 'crop'\nheight = 20\nwidth = 20\n");
        let error = crop.of(Images::in_order(&digits, 4).unwrap(), 1).unwrap_err().to_string();
        assert!(error.contains("augment:") && error.contains("rows keep their shape"), "{error}");
        assert!(augmentation("").is_empty());
    }
}
