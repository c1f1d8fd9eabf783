//! Patches of photographs.

use super::{Contrast, Cut};
use crate::augmentation::Augmentation;
use crate::cli::Common;
use crate::data::{Loaded, StudyData};
use crate::failure::Failure;
use crate::natural;
use crate::training::Evaluation;
use latent_datasets::DatasetError;
use latent_datasets::folder::Channels;
use latent_datasets::olshausen_field::{filter, to_unit_variance};
use latent_datasets::patches::{Grid, random_patches, remove_mean};
use latent_datasets::photographs::{PhotographSplits, Photographs};
use latent_numeric::parallel;
use latent_train::Evaluated;
use latent_train::run::DataSource;
use latent_train::sources::Rows;
use ndarray::{Array2, Array3, ArrayView1, Axis, s};

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
    /// How many of these have one value throughout, so that all their patches are zero.
    pub blank: usize,
    /// What brought the training patches to variance 1.
    deviation: f32,
    sources: Vec<DataSource>,
}

impl StudyData for PatchSplits {
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
        let blank = (splits.blank > 0).then(|| {
            let (blank, all) = (splits.blank, splits.photographs);
            format!(
                "{blank} of {all} training photographs have one value throughout, and their patches nothing to learn"
            )
            .into()
        });
        Ok(Loaded { dataset: loaded.dataset, splits, note: loaded.note.or(blank) })
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
        let (photographs, of_train, of_test) = (train.len(), filtered(&train, cut)?, filtered(&test, cut)?);
        let blank = of_train.iter().filter(|image| image.iter().all(|value| *value == image[[0, 0, 0]])).count();
        let some = |images: &[Array3<f32>], count| -> Result<_, DatasetError> {
            Ok(finished(random_patches(images, cut.shape(), count, seed)?, cut))
        };
        let (train, test) = (some(&of_train, cut.train_patches)?, some(&of_test, cut.test_patches)?);
        let validation = match &validation {
            Some(part) => Some(some(&filtered(part, cut)?, cut.test_patches)?),
            None => None,
        };
        let mut of_train = [train];
        let deviation = to_unit_variance(&mut of_train);
        let [train] = of_train;
        let validation = validation.map(|patches| patches / deviation);
        Ok(Self { train, validation, test: test / deviation, photographs, blank, deviation, sources })
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

/// Without their means, and of one contrast if each is to be.
fn finished(mut patches: Array2<f32>, cut: &Cut) -> Array2<f32> {
    let deviation = |patch: ArrayView1<'_, f32>| {
        (patch.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>() / patch.len() as f64).sqrt()
    };
    let sizes: Vec<f64> = patches.rows().into_iter().map(deviation).collect();
    remove_mean(patches.view_mut());
    if cut.contrast == Contrast::EachPatch {
        for (mut patch, size) in patches.rows_mut().into_iter().zip(sizes) {
            // What is no more than the rounding of the mean is no variance.
            let left = deviation(patch.view());
            if left > 2.0 * f64::from(f32::EPSILON) * size {
                patch /= left as f32;
            }
        }
    }
    patches
}

fn filtered(photographs: &Photographs, cut: &Cut) -> Result<Vec<Array3<f32>>, DatasetError> {
    let image = |_, index| whitened(photographs.unit::<f64>(index).index_axis_move(Axis(0), 0), cut);
    parallel::map(0..photographs.len(), image).into_iter().collect()
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
    fn photographs_of_one_value_are_counted_and_have_blank_patches() {
        let mut splits = pictures();
        let flat = Array3::from_elem((1, 101, 99), 77);
        splits.train.images = vec![flat.clone(), flat];
        for whitened in [true, false] {
            let data = PatchSplits::cut(splits.clone(), &Cut { whitened, ..small() }, 0).unwrap();
            assert_eq!((data.blank, data.photographs), (2, 2));
            assert!(data.train.iter().all(|value| *value == 0.0));
            let photograph = Array3::from_elem((1, 101, 99), 77.0 / 255.0);
            let grid = Grid::new(photograph.dim(), (12, 12), (6, 6)).unwrap();
            assert!(data.of_grid(&photograph, &grid, &small()).unwrap().iter().all(|value| *value == 0.0));
        }
        assert_eq!(PatchSplits::cut(pictures(), &small(), 0).unwrap().blank, 0);
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
