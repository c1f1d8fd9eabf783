//! Patches of photographs.

use super::Config;
use crate::data::DataSet;
use crate::failure::Failure;
use latent_datasets::DatasetError;
use latent_datasets::olshausen_field::{filter, to_unit_variance};
use latent_datasets::patches::{random_patches, remove_mean};
use latent_datasets::photographs::{PhotographSplits, Photographs};
use latent_train::run::DataSource;
use ndarray::{Array2, Array3, Axis};
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
    /// Filters photographs, brings those to learn from to unit variance, the others by the same factor, and takes
    /// patches at random, without their means.
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
        let sources = PhotographSplits { train: train.clone(), test: test.clone() }.sources();
        let mut of_train = filtered(&train, config.cutoff)?;
        let mut of_test = filtered(&test, config.cutoff)?;
        let deviation = to_unit_variance(&mut of_train);
        of_test.iter_mut().for_each(|image| image.mapv_inplace(|value| value / deviation));
        let patches = |images: Vec<Array2<f32>>, count| -> Result<_, DatasetError> {
            let images: Vec<Array3<f32>> = images.into_iter().map(|image| image.insert_axis(Axis(0))).collect();
            let mut patches = random_patches(&images, config.shape(), count, seed)?;
            remove_mean(patches.view_mut());
            Ok(patches)
        };
        Ok(Self {
            photographs: train.len(),
            train: patches(of_train, config.train_patches)?,
            test: patches(of_test, config.test_patches)?,
            sources,
        })
    }
}

fn filtered(photographs: &Photographs, cutoff: f64) -> Result<Vec<Array2<f32>>, DatasetError> {
    (0..photographs.len())
        .into_par_iter()
        .map(|index| {
            let image = photographs.unit::<f64>(index).index_axis_move(Axis(0), 0);
            Ok(filter(image.view(), cutoff)?.mapv(|value| value as f32))
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
        // What is lost with the mean is a few percent after the filter.
        let variance = data.train.mapv(|value| f64::from(value).powi(2)).mean().unwrap();
        assert!((0.7..1.1).contains(&variance), "{variance}");
        let few = PatchSplits::cut(pictures(), &Config { photographs: Some(2), ..config() }, 0).unwrap();
        assert_eq!(few.photographs, 2);
        assert_ne!(few.train, data.train);
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
