//! The images that a study was asked for.

use crate::cli::Common;
use crate::dataset_name::in_words;
use crate::failure::Failure;
use crate::{DatasetChoice, DatasetName};
use latent_datasets::named::{self, Event, Locate, Name};
use latent_datasets::{DatasetError, LabelledImages, Provenance, SourceFile, Splits, synthetic::strokes};
use latent_sparse::dictionary::Samples;
use latent_train::progress::{Progress, grouped};
use latent_train::run::DataSource;
use latent_train::tell::tell;
use latent_train::{Evaluated, config};
use ndarray::ArrayViewMut2;
use std::borrow::Cow;

/// How many strokes are drawn where they stand in for MNIST: as many as MNIST has digits.
const TRAIN: usize = 60_000;
const TEST: usize = 10_000;

const STAND_IN: &str =
    "MNIST is not here, so SYNTHETIC STROKES stand in for it: all results are about drawn digits, not about MNIST";

/// What a study learns from and is tested on.
pub trait StudyData: Sync {
    /// The record for the manifest.
    fn sources(&self) -> Vec<DataSource>;
}

/// Data, and what to say about where they came from.
#[derive(Debug)]
pub struct Loaded<D = Splits> {
    /// The data set that was chosen in the end.
    pub dataset: DatasetName,
    /// To learn from, and to test on.
    pub splits: D,
    /// Said when the data are not what a reader would take them for.
    pub note: Option<Cow<'static, str>>,
}

impl<D> Loaded<D> {
    /// The only data that a study has.
    pub fn of(splits: D) -> Self {
        Self { dataset: DatasetName::default(), splits, note: None }
    }
}

impl StudyData for Splits {
    fn sources(&self) -> Vec<DataSource> {
        let mut sources: Vec<DataSource> =
            [&self.train, &self.test].map(|images| source(images.name(), images.provenance())).into();
        sources.extend(self.validation.as_ref().map(|images| held_out(images.name(), images.len(), self.train.name())));
        sources
    }
}

/// The record of samples that are held out of those of another name.
pub fn held_out(name: &str, count: usize, of: &str) -> DataSource {
    let origin = format!("the last {} of {of}", grouped(count as u64));
    DataSource { name: name.to_owned(), origin, sha256: std::collections::BTreeMap::new() }
}

/// The record of data of this name and origin.
pub fn source(name: &str, provenance: &Provenance) -> DataSource {
    let (origin, sha256) = match provenance {
        Provenance::Files { files } => {
            let checksum = |file: &SourceFile| {
                let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                // The checksum is of the unpacked content.
                (name.trim_end_matches(".gz").to_owned(), file.sha256.clone())
            };
            (origin(files, provenance), files.iter().map(checksum).collect())
        }
        generated => (generated.to_string(), std::collections::BTreeMap::new()),
    };
    DataSource { name: name.to_owned(), origin, sha256 }
}

/// Of many files the folder and their number.
fn origin(files: &[SourceFile], provenance: &Provenance) -> String {
    const FEW: usize = 4;
    match files.first().and_then(|file| file.path.parent()) {
        Some(folder) if files.len() > FEW => format!("{} files in {}", files.len(), folder.display()),
        _ => provenance.to_string(),
    }
}

/// The images of one small size that [`load`] knows.
pub const DATASETS: &[DatasetChoice] = &[
    DatasetChoice::new(DatasetName::AUTO, "MNIST if it is found or can be downloaded, else synthetic"),
    DatasetChoice::new(DatasetName::MNIST, "Handwritten digits"),
    DatasetChoice::new(DatasetName::FASHION_MNIST, "Pictures of clothes"),
    DatasetChoice::new(DatasetName::SYNTHETIC, "Drawn strokes of the ten digits; needs no file and no network"),
];

/// Loads the data set of the flags; downloads show a progress bar.
///
/// # Errors
/// If files are missing and cannot be downloaded, or are damaged, or a folder that was named is not there. With
/// `auto`, where there are none and no folder was named by `--data-dir`, the synthetic strokes stand in and a note
/// says so.
pub fn load(flags: &Common) -> Result<Loaded, Failure> {
    load_from(flags, &Locate::from_environment())
}

fn load_from(flags: &Common, locate: &Locate) -> Result<Loaded, Failure> {
    let locate = locate.clone().data_dir(flags.data_dir.clone());
    let named = |name| named::load(name, &locate, &mut Downloads::default().observer());
    let loaded = |dataset, splits| Loaded { dataset, splits, note: None };
    let drawn = || strokes::splits(flags.seed, TRAIN, TEST);
    match flags.dataset.as_str() {
        "mnist" => Ok(loaded(DatasetName::MNIST, named(Name::Mnist)?)),
        "fashion-mnist" => Ok(loaded(DatasetName::FASHION_MNIST, named(Name::FashionMnist)?)),
        "synthetic" => Ok(loaded(DatasetName::SYNTHETIC, drawn())),
        "auto" => match named(Name::Mnist) {
            Ok(splits) => Ok(loaded(DatasetName::MNIST, splits)),
            Err(error @ (DatasetError::Missing { named: false, .. } | DatasetError::Cache { .. })) => {
                tell(error);
                Ok(Loaded { dataset: DatasetName::SYNTHETIC, splits: drawn(), note: Some(STAND_IN.into()) })
            }
            Err(other) => Err(other.into()),
        },
        other => Err(unknown(other, DATASETS)),
    }
}

/// A data set that is none of those that a program knows.
pub fn unknown(name: &str, known: &[DatasetChoice]) -> Failure {
    let failure = Failure::new(format!("the data set is {name}, which is none of {}", in_words(known)));
    let names: Vec<&str> = known.iter().map(|choice| choice.name.as_str()).collect();
    match config::nearest(name, &names) {
        Some(meant) => failure.help(format!("did you mean {meant}?")),
        None => failure,
    }
}

/// Whether the folder that was named for data sets is there.
///
/// # Errors
/// If it is not.
pub fn check_folder(flags: &Common) -> Result<(), Failure> {
    Ok(Locate::nowhere().data_dir(flags.data_dir.clone()).check()?)
}

/// With so many of the training images, from the last on, held out, and of the others only so many, from the first on.
///
/// # Errors
/// If there are fewer, or none is left.
pub fn chosen(
    splits: Splits,
    train_images: Option<usize>,
    validation_images: Option<usize>,
) -> Result<Splits, Failure> {
    let (set, all) = (splits.train.name().to_owned(), splits.train.len());
    let asked = train_images.unwrap_or(1) + validation_images.unwrap_or(0);
    if asked > all {
        let keys = match (train_images, validation_images) {
            (Some(_), Some(_)) => format!("train_images and validation_images come to {asked}"),
            (Some(count), None) => format!("train_images is {count}"),
            (None, held_out) => {
                format!("validation_images is {}, and at least one is to be trained on", held_out.unwrap_or(0))
            }
        };
        return Err(Failure::new(format!("{keys}, but {set} has {all} images")));
    }
    let splits = splits.hold_out(validation_images.unwrap_or(0))?;
    Ok(match train_images {
        Some(wanted) => Splits { train: splits.train.subset(0..wanted), ..splits },
        None => splits,
    })
}

/// What is evaluated while training: the images that are held out, if there are any, else the test images.
pub fn evaluated(splits: &Splits) -> (Evaluated, &LabelledImages) {
    splits.validation.as_ref().map_or((Evaluated::Test, &splits.test), |images| (Evaluated::HeldOut, images))
}

/// So many images from the first on; `key` is what asked for them.
///
/// # Errors
/// If there are fewer.
pub fn first(images: &LabelledImages, wanted: usize, key: &str) -> Result<LabelledImages, Failure> {
    if wanted > images.len() {
        return Err(Failure::new(format!("{key} is {wanted}, but {} has {} images", images.name(), images.len())));
    }
    Ok(images.subset(0..wanted))
}

/// The name of a data set as people write it.
pub fn title(splits: &Splits) -> &str {
    title_of(&splits.train)
}

/// The name of the data set that images are of, as people write it.
pub fn title_of(images: &LabelledImages) -> &str {
    match images.name().split('/').next().unwrap_or_default() {
        "mnist" => "MNIST",
        "fashion-mnist" => "Fashion-MNIST",
        other => other,
    }
}

/// Shows one bar for each file that is downloaded.
#[derive(Default)]
struct Downloads {
    current: Option<(Progress, u64)>,
}

impl Downloads {
    fn observer(mut self) -> impl FnMut(Event<'_>) {
        move |event| match event {
            Event::Started { url, size } => {
                let file = url.rsplit('/').next().unwrap_or(url);
                self.current = Some((Progress::new(&format!("download {file}"), size.unwrap_or(0), "bytes"), 0));
            }
            Event::Received { bytes } => {
                if let Some((progress, before)) = &mut self.current {
                    progress.advance(bytes.saturating_sub(*before));
                    *before = bytes;
                }
            }
            Event::Finished { .. } => {
                if let Some((progress, _)) = self.current.take() {
                    progress.finish();
                }
            }
            Event::Failed { .. } | Event::Waiting { .. } => {
                self.current = None;
                tell(event);
            }
        }
    }
}

/// Images as samples to learn from, turned into numbers in [0, 1] a batch at a time.
#[derive(Clone, Copy, Debug)]
pub struct ImageSamples<'a>(pub &'a LabelledImages);

impl Samples<f32> for ImageSamples<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn features(&self) -> usize {
        self.0.features()
    }

    fn read(&self, indices: &[usize], out: ArrayViewMut2<f32>) {
        self.0.rows_into(indices, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn flags(dataset: DatasetName) -> Common {
        Common { dataset, data_dir: None, seed: 3, threads: 0, output: None }
    }

    #[test]
    fn strokes_stand_in_and_it_is_said() {
        let loaded = load_from(&flags(DatasetName::AUTO), &Locate::nowhere()).unwrap();
        assert_eq!(loaded.dataset, DatasetName::SYNTHETIC);
        assert_eq!(loaded.note.as_deref(), Some(STAND_IN));
        assert!(
            loaded.splits.sources().iter().all(|source| source.origin.contains("seed 3") && source.sha256.is_empty())
        );
        assert_eq!((loaded.splits.train.len(), loaded.splits.test.len()), (TRAIN, TEST));
    }

    #[test]
    fn a_folder_that_was_named_is_no_place_for_strokes() {
        let folder = tempfile::tempdir().unwrap();
        let told = |folder: &std::path::Path| {
            let flags = Common { data_dir: Some(folder.into()), ..flags(DatasetName::AUTO) };
            load_from(&flags, &Locate::nowhere()).unwrap_err().to_string()
        };
        let typo = told(&folder.path().join("typo"));
        assert!(typo.contains("typo, which --data-dir names as the place of data sets, is not there"), "{typo}");
        let empty = told(folder.path());
        let looked = folder.path().join("mnist/train-labels-idx1-ubyte");
        assert!(empty.contains(&looked.display().to_string()), "{empty}");
        assert!(empty.contains("it was looked for there alone"), "{empty}");
    }

    #[test]
    fn what_is_held_out_is_not_trained_on() {
        let all = strokes::splits(1, 50, 10);
        let splits = chosen(all.clone(), Some(20), Some(15)).unwrap();
        assert_eq!(splits.train.images(), all.train.subset(0..20).images());
        let (on, images) = evaluated(&splits);
        assert_eq!((on, images.images()), (Evaluated::HeldOut, all.train.subset(35..50).images()));
        assert_eq!(evaluated(&all), (Evaluated::Test, &all.test));
        let source = splits.sources().pop().unwrap();
        assert_eq!(
            (source.name.as_str(), source.origin.as_str()),
            ("strokes/held-out", "the last 15 of strokes/train")
        );
        let told = |train, held_out| chosen(all.clone(), train, held_out).unwrap_err().to_string();
        assert!(told(Some(40), Some(15)).contains("come to 55, but strokes/train has 50 images"));
        assert!(told(Some(51), None).contains("train_images is 51, but strokes/train has 50 images"));
        assert!(told(None, Some(50)).contains("validation_images is 50, and at least one is to be trained on"));
    }

    #[test]
    fn asking_for_mnist_by_name_is_no_wish_for_strokes() {
        let error = load_from(&flags(DatasetName::MNIST), &Locate::nowhere()).unwrap_err();
        assert!(error.to_string().contains("train-labels-idx1-ubyte"), "{error}");
    }

    #[test]
    fn a_misspelt_data_set_is_told_with_the_one_that_was_meant() {
        let told = load_from(&flags(DatasetName::new("mnits")), &Locate::nowhere()).unwrap_err().to_string();
        assert!(
            told.contains("the data set is mnits, which is none of auto, mnist, fashion-mnist or synthetic"),
            "{told}"
        );
        assert!(told.contains("did you mean mnist?"), "{told}");
    }

    #[test]
    fn damaged_files_are_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mnist")).unwrap();
        std::fs::write(folder.path().join("mnist/train-labels-idx1-ubyte"), b"<html>").unwrap();
        let flags = Common { data_dir: Some(folder.path().into()), ..flags(DatasetName::AUTO) };
        let error = load_from(&flags, &Locate::nowhere()).unwrap_err().to_string();
        assert!(error.contains("train-labels-idx1-ubyte"), "{error}");
    }

    #[test]
    fn samples_are_rows() {
        let images = strokes::generate(1, 0..20);
        let samples = ImageSamples(&images);
        let mut out = Array2::zeros((2, samples.features()));
        samples.read(&[7, 3], out.view_mut());
        assert_eq!(out, images.rows::<f32>(&[7, 3][..]));
        assert_eq!(samples.count(), 20);
    }
}
