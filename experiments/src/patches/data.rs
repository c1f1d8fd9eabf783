//! Patches of photographs.

use super::{Config, Contrast};
use crate::data::{DataSet, source};
use crate::failure::Failure;
use latent_datasets::DatasetError;
use latent_datasets::olshausen_field::{filter, to_unit_variance};
use latent_datasets::patches::{random_patches, remove_mean};
use latent_datasets::photographs::{PhotographSplits, Photographs};
use latent_train::run::DataSource;
use ndarray::{Array2, Array3, ArrayViewMut1, Axis};
use rayon::prelude::*;

/// Patches of filtered photographs, a row each.
#[derive(Debug)]
pub struct PatchSplits {
    /// (patches, pixels), to learn from.
    pub train: Array2<f32>,
    /// The same of other photographs, to test on.
    pub test: Array2<f32>,
    /// Photographs that the training patches are from.
    pub photographs: usize,
    sources: Vec<DataSource>,
}

impl DataSet for PatchSplits {
    fn sources(&self) -> Vec<DataSource> {
        self.sources.clone()
    }
}

impl PatchSplits {
    /// Filters photographs and takes patches at random, without their means. The training patches together have variance 1
    /// after that; the test patches are scaled by the same factor.
    ///
    /// # Errors
    /// If a photograph is smaller than a patch, or there is none.
    pub fn cut(photographs: PhotographSplits, config: &Config, seed: u64) -> Result<Self, Failure> {
        let PhotographSplits { mut train, test } = photographs;
        if let Some(wanted) = config.photographs {
            if wanted > train.len() {
                let message = format!("photographs is {wanted}, but {} has {}", train.name, train.len());
                return Err(Failure::new(message));
            }
            train = train.first(wanted);
        }
        let sources = [&train, &test].map(|part| source(&part.name, &part.provenance)).into();
        let (photographs, cut) = (train.len(), |part, count| patches(part, config, count, seed));
        let (train, test) = (cut(&train, config.train_patches)?, cut(&test, config.test_patches)?);
        let mut of_train = [train];
        let deviation = to_unit_variance(&mut of_train);
        let [train] = of_train;
        Ok(Self { train, test: test / deviation, photographs, sources })
    }
}

/// So many patches without their means.
fn patches(from: &Photographs, config: &Config, count: usize, seed: u64) -> Result<Array2<f32>, DatasetError> {
    let mut patches = random_patches(&filtered(from, config)?, config.shape(), count, seed)?;
    remove_mean(patches.view_mut());
    if config.contrast == Contrast::EachPatch {
        patches.rows_mut().into_iter().for_each(scale_to_unit_variance);
    }
    Ok(patches)
}

/// Unless there is no variance.
fn scale_to_unit_variance(mut patch: ArrayViewMut1<'_, f32>) {
    let variance = patch.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>() / patch.len() as f64;
    if variance > f64::EPSILON {
        patch /= variance.sqrt() as f32;
    }
}

fn filtered(photographs: &Photographs, config: &Config) -> Result<Vec<Array3<f32>>, DatasetError> {
    (0..photographs.len())
        .into_par_iter()
        .map(|index| {
            let image = photographs.unit::<f64>(index).index_axis_move(Axis(0), 0);
            let mut image = [filter(image.view(), config.cutoff)?.mapv(|value| value as f32)];
            if config.contrast != Contrast::Kept {
                to_unit_variance(&mut image);
            }
            let [image] = image;
            Ok(image.insert_axis(Axis(0)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_datasets::folder::Channels;
    use latent_datasets::synthetic::dead_leaves::DeadLeaves;

    fn pictures() -> PhotographSplits {
        DeadLeaves { height: 40, width: 50, channels: Channels::Grey }.splits(1, 4, 2)
    }

    fn config() -> Config {
        Config { train_patches: 400, test_patches: 100, ..Config::default() }
    }

    #[test]
    fn patches_are_of_unit_variance_without_their_means() {
        let data = PatchSplits::cut(pictures(), &config(), 0).unwrap();
        assert_eq!((data.train.dim(), data.test.dim(), data.photographs), ((400, 144), (100, 144), 4));
        assert!(data.train.rows().into_iter().all(|row| row.mean().unwrap().abs() < 1e-5));
        let variance = data.train.mapv(|value| f64::from(value).powi(2)).mean().unwrap();
        assert!((variance - 1.0).abs() < 1e-4, "{variance}");
        let kept = Config { contrast: Contrast::Kept, ..config() };
        assert_ne!(PatchSplits::cut(pictures(), &kept, 0).unwrap().train, data.train);
        let few = PatchSplits::cut(pictures(), &Config { photographs: Some(2), ..config() }, 0).unwrap();
        assert_eq!(few.photographs, 2);
        assert_ne!(few.train, data.train);
    }

    #[test]
    fn patches_can_be_brought_to_one_contrast() {
        let each = Config { contrast: Contrast::EachPatch, ..config() };
        let data = PatchSplits::cut(pictures(), &each, 0).unwrap();
        assert!(data.test.rows().into_iter().all(|row| (row.dot(&row) / 144.0 - 1.0).abs() < 1e-4));
    }

    #[test]
    fn photographs_that_do_not_fit_are_told() {
        let told = |config: Config| PatchSplits::cut(pictures(), &config, 0).unwrap_err().to_string();
        assert!(
            told(Config { photographs: Some(5), ..config() }).contains("photographs is 5, but dead leaves/train has 4")
        );
        assert!(told(Config { side: 41, ..config() }).contains("patch size = 41"));
    }
}
