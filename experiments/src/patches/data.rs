//! Patches of photographs.

use super::{Contrast, Cut};
use crate::augmentation::Augmentation;
use crate::cli::Common;
use crate::data::{DataSet, Loaded};
use crate::failure::Failure;
use crate::natural;
use crate::training::Evaluation;
use latent_datasets::DatasetError;
use latent_datasets::folder::Channels;
use latent_datasets::olshausen_field::{filter, to_unit_variance};
use latent_datasets::patches::{Grid, random_patches, remove_mean};
use latent_datasets::photographs::{PhotographSplits, Photographs};
use latent_train::Evaluated;
use latent_train::run::DataSource;
use latent_train::sources::Rows;
use ndarray::{Array2, Array3, ArrayViewMut1, Axis, s};
use rayon::prelude::*;

/// Patches of filtered photographs, a row each.
#[derive(Debug)]
pub struct PatchSplits {
    /// (patches, pixels), to learn from.
    pub train: Array2<f32>,
    /// The same of photographs that are held out, if any are.
    pub validation: Option<Array2<f32>>,
    /// The same of other photographs, to test on.
    pub test: Array2<f32>,
    /// Photographs that the training patches are from.
    pub photographs: usize,
    /// What brought the training patches to variance 1.
    deviation: f32,
    sources: Vec<DataSource>,
}

impl DataSet for PatchSplits {
    fn sources(&self) -> Vec<DataSource> {
        self.sources.clone()
    }
}

impl PatchSplits {
    /// Patches of the photographs of the flags, or of what stands in for them.
    ///
    /// # Errors
    /// As [`natural::load`] and [`cut`](Self::cut).
    pub fn load(cut: &Cut, augment: &Augmentation, flags: &Common) -> Result<Loaded<Self>, Failure> {
        let loaded = natural::load(flags, Channels::Grey, cut.validation_photographs, augment)?;
        let splits = Self::cut(loaded.splits, cut, flags.seed)?;
        Ok(Loaded { dataset: loaded.dataset, splits, note: loaded.note })
    }

    /// Filters photographs and takes patches at random, without their means. The training patches together have variance 1
    /// after that; the test patches are scaled by the same factor.
    ///
    /// # Errors
    /// If a photograph is smaller than a patch, or there is none.
    pub fn cut(photographs: PhotographSplits, cut: &Cut, seed: u64) -> Result<Self, Failure> {
        let sources = photographs.sources();
        let PhotographSplits { mut train, validation, test } = photographs;
        if let Some(wanted) = cut.photographs {
            if wanted > train.len() {
                let message = format!("photographs is {wanted}, but {} has {}", train.name, train.len());
                return Err(Failure::new(message));
            }
            train = train.first(wanted);
        }
        let (photographs, some) = (train.len(), |part, count| patches(part, cut, count, seed));
        let (train, test) = (some(&train, cut.train_patches)?, some(&test, cut.test_patches)?);
        let validation = validation.as_ref().map(|part| some(part, cut.test_patches)).transpose()?;
        let mut of_train = [train];
        let deviation = to_unit_variance(&mut of_train);
        let [train] = of_train;
        let validation = validation.map(|patches| patches / deviation);
        Ok(Self { train, validation, test: test / deviation, photographs, deviation, sources })
    }

    /// At most so many patches to evaluate while training, in batches of this size: of photographs that are held out,
    /// if any are, else of test photographs.
    ///
    /// # Errors
    /// If there are none.
    pub fn evaluated(&self, most: usize, batch_size: usize) -> Result<Evaluation<Rows<'_>>, Failure> {
        let (on, name, all) = match &self.validation {
            Some(patches) => (Evaluated::HeldOut, "held-out patches", patches),
            None => (Evaluated::Test, "test patches", &self.test),
        };
        let some = all.slice(s![..all.nrows().min(most), ..]);
        Ok(Evaluation { on, source: Rows::in_order(name, some, batch_size)? })
    }

    /// The windows of a grid of another photograph, (1, height, width) in [0, 1], as the patches were made.
    ///
    /// # Errors
    /// As [`cut`](Self::cut).
    pub fn of_grid(&self, photograph: &Array3<f32>, grid: &Grid, cut: &Cut) -> Result<Array2<f32>, Failure> {
        let image = whitened(photograph.mapv(f64::from).index_axis_move(Axis(0), 0), cut)?;
        Ok(finished(grid.extract(image.view()), cut) / self.deviation)
    }
}

/// So many patches without their means.
fn patches(from: &Photographs, cut: &Cut, count: usize, seed: u64) -> Result<Array2<f32>, DatasetError> {
    Ok(finished(random_patches(&filtered(from, cut)?, cut.shape(), count, seed)?, cut))
}

/// Without their means, and of one contrast if each is to be.
fn finished(mut patches: Array2<f32>, cut: &Cut) -> Array2<f32> {
    remove_mean(patches.view_mut());
    if cut.contrast == Contrast::EachPatch {
        patches.rows_mut().into_iter().for_each(scale_to_unit_variance);
    }
    patches
}

/// Unless there is no variance.
fn scale_to_unit_variance(mut patch: ArrayViewMut1<'_, f32>) {
    let variance = patch.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>() / patch.len() as f64;
    if variance > f64::EPSILON {
        patch /= variance.sqrt() as f32;
    }
}

fn filtered(photographs: &Photographs, cut: &Cut) -> Result<Vec<Array3<f32>>, DatasetError> {
    let image = |index| whitened(photographs.unit::<f64>(index).index_axis_move(Axis(0), 0), cut);
    (0..photographs.len()).into_par_iter().map(image).collect()
}

/// A photograph, (height, width), after the filter if there is one, of contrast 1 unless that is to be kept.
fn whitened(photograph: Array2<f64>, cut: &Cut) -> Result<Array3<f32>, DatasetError> {
    let image = if cut.whitened { filter(photograph.view(), cut.cutoff)? } else { photograph };
    let mut image = [image.mapv(|value| value as f32)];
    if cut.contrast != Contrast::Kept {
        to_unit_variance(&mut image);
    }
    let [image] = image;
    Ok(image.insert_axis(Axis(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use latent_datasets::synthetic::dead_leaves::DeadLeaves;

    fn pictures() -> PhotographSplits {
        DeadLeaves { height: 40, width: 50, channels: Channels::Grey }.splits(1, 4, 2)
    }

    fn small() -> Cut {
        Cut { side: 12, train_patches: 400, test_patches: 100, ..Cut::default() }
    }

    #[test]
    fn patches_are_of_unit_variance_without_their_means() {
        let data = PatchSplits::cut(pictures(), &small(), 0).unwrap();
        assert_eq!((data.train.dim(), data.test.dim(), data.photographs), ((400, 144), (100, 144), 4));
        assert!(data.train.rows().into_iter().all(|row| row.mean().unwrap().abs() < 1e-5));
        let variance = data.train.mapv(|value| f64::from(value).powi(2)).mean().unwrap();
        assert!((variance - 1.0).abs() < 1e-4, "{variance}");
        let kept = Cut { contrast: Contrast::Kept, ..small() };
        assert_ne!(PatchSplits::cut(pictures(), &kept, 0).unwrap().train, data.train);
        let grey = Cut { whitened: false, ..small() };
        let grey = PatchSplits::cut(pictures(), &grey, 0).unwrap();
        // Neighbours are alike in a picture, and less so after the filter.
        let alike = |x: &Array2<f32>| x.column(0).dot(&x.column(1)) / x.nrows() as f32;
        assert!(alike(&data.train) < 0.8 * alike(&grey.train), "{} {}", alike(&grey.train), alike(&data.train));
        let few = PatchSplits::cut(pictures(), &Cut { photographs: Some(2), ..small() }, 0).unwrap();
        assert_eq!(few.photographs, 2);
        assert_ne!(few.train, data.train);
    }

    #[test]
    fn patches_can_be_brought_to_one_contrast() {
        let each = Cut { contrast: Contrast::EachPatch, ..small() };
        let data = PatchSplits::cut(pictures(), &each, 0).unwrap();
        assert!(data.test.rows().into_iter().all(|row| (row.dot(&row) / 144.0 - 1.0).abs() < 1e-4));
    }

    #[test]
    fn photographs_that_do_not_fit_are_told() {
        let told = |cut: Cut| PatchSplits::cut(pictures(), &cut, 0).unwrap_err().to_string();
        assert!(
            told(Cut { photographs: Some(5), ..small() }).contains("photographs is 5, but dead leaves/train has 4")
        );
        assert!(told(Cut { side: 41, ..small() }).contains("patch size = 41"));
    }
}
