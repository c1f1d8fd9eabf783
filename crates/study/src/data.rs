//! The images that a study was asked for.

use crate::cli::{Common, Dataset};
use crate::failure::Failure;
use latent_datasets::named::{self, Event, Locate, Name};
use latent_datasets::{DatasetError, LabelledImages, Provenance, SourceFile, Splits, synthetic::strokes};
use latent_sparse::dictionary::Samples;
use latent_train::progress::Progress;
use latent_train::run::DataSource;
use latent_train::tell::tell;
use ndarray::ArrayViewMut2;
use std::borrow::Cow;

/// How many strokes are drawn where they stand in for MNIST: as many as MNIST has digits.
const TRAIN: usize = 60_000;
const TEST: usize = 10_000;

const STAND_IN: &str =
    "MNIST is not here, so SYNTHETIC STROKES stand in for it: all results are about drawn digits, not about MNIST";

/// What a study learns from and is tested on.
pub trait DataSet: Sync {
    /// The record for the manifest.
    fn sources(&self) -> Vec<DataSource>;
}

/// Data, and what to say about where they came from.
#[derive(Debug)]
pub struct Loaded<D = Splits> {
    /// The data set that was chosen in the end.
    pub dataset: Dataset,
    /// To learn from, and to test on.
    pub splits: D,
    /// Said when the data are not what a reader would take them for.
    pub note: Option<Cow<'static, str>>,
}

impl DataSet for Splits {
    fn sources(&self) -> Vec<DataSource> {
        [&self.train, &self.test].map(|images| source(images.name(), images.provenance())).into()
    }
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

/// Loads the data set of the flags; downloads show a progress bar.
///
/// # Errors
/// If files are missing and cannot be downloaded, or are damaged. With `auto`, only damaged files are an
/// error: where there are none, the synthetic strokes stand in and a note says so.
pub fn load(flags: &Common) -> Result<Loaded, Failure> {
    load_from(flags, &Locate::from_environment())
}

fn load_from(flags: &Common, locate: &Locate) -> Result<Loaded, Failure> {
    let locate = locate.clone().data_dir(flags.data_dir.clone());
    let named = |name| named::load(name, &locate, &mut Downloads::default().observer());
    let loaded = |dataset, splits| Loaded { dataset, splits, note: None };
    let drawn = || strokes::splits(flags.seed, TRAIN, TEST);
    match flags.dataset {
        Dataset::Mnist => Ok(loaded(Dataset::Mnist, named(Name::Mnist)?)),
        Dataset::FashionMnist => Ok(loaded(Dataset::FashionMnist, named(Name::FashionMnist)?)),
        Dataset::Synthetic => Ok(loaded(Dataset::Synthetic, drawn())),
        Dataset::Bsds => Err(Failure::new("the dataset is bsds, whose photographs are no images of one small size")
            .help("this program takes mnist, fashion-mnist or synthetic")),
        Dataset::Auto => match named(Name::Mnist) {
            Ok(splits) => Ok(loaded(Dataset::Mnist, splits)),
            Err(error @ (DatasetError::Missing { .. } | DatasetError::Cache { .. })) => {
                tell(error);
                Ok(Loaded { dataset: Dataset::Synthetic, splits: drawn(), note: Some(STAND_IN.into()) })
            }
            Err(damaged) => Err(damaged.into()),
        },
    }
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

    fn flags(dataset: Dataset) -> Common {
        Common { dataset, data_dir: None, seed: 3, threads: 0, output: None }
    }

    #[test]
    fn strokes_stand_in_and_it_is_said() {
        let loaded = load_from(&flags(Dataset::Auto), &Locate::nowhere()).unwrap();
        assert_eq!(loaded.dataset, Dataset::Synthetic);
        assert_eq!(loaded.note.as_deref(), Some(STAND_IN));
        assert!(
            loaded.splits.sources().iter().all(|source| source.origin.contains("seed 3") && source.sha256.is_empty())
        );
        assert_eq!((loaded.splits.train.len(), loaded.splits.test.len()), (TRAIN, TEST));
    }

    #[test]
    fn asking_for_mnist_by_name_is_no_wish_for_strokes() {
        let error = load_from(&flags(Dataset::Mnist), &Locate::nowhere()).unwrap_err();
        assert!(error.to_string().contains("train-labels-idx1-ubyte"), "{error}");
    }

    #[test]
    fn damaged_files_are_not_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("mnist")).unwrap();
        std::fs::write(folder.path().join("mnist/train-labels-idx1-ubyte"), b"<html>").unwrap();
        let flags = Common { data_dir: Some(folder.path().into()), ..flags(Dataset::Auto) };
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
