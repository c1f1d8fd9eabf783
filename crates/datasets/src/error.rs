//! What can go wrong with data from outside: files, downloads, parameters.

use crate::idx::IdxFault;
use crate::named::attempt::Attempt;
use crate::named::name::Name;
use latent_numeric::linalg::LinalgError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A data set could not be read, fetched, made or divided.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The file system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried: `"open"`, `"write"`, ...
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A file is not a well-formed IDX file of unsigned bytes.
    #[error("{}: {fault}", path.display())]
    Idx {
        /// The file.
        path: PathBuf,
        /// What is wrong with its content.
        fault: IdxFault,
    },
    /// A file is a sound IDX file, but not what the data set needs.
    #[error("{}: {what} has sizes {found:?}, expected {expected}", path.display())]
    Sizes {
        /// The file.
        path: PathBuf,
        /// `"the array of images"` or `"the array of labels"`.
        what: &'static str,
        /// The sizes in the file.
        found: Vec<usize>,
        /// The sizes that would do.
        expected: &'static str,
    },
    /// Labels and images are not of the same number.
    #[error(
        "{images} images{} but {labels} labels{}: expected one label for each image",
        from(images_from.as_ref()),
        from(labels_from.as_ref())
    )]
    Counts {
        /// The number of images.
        images: usize,
        /// The file that they came from.
        images_from: Option<PathBuf>,
        /// The number of labels.
        labels: usize,
        /// The file that they came from.
        labels_from: Option<PathBuf>,
    },
    /// A label names no class.
    #[error("label {label} of sample {sample}{}: expected a class in 0..{classes}", from(path.as_ref()))]
    Label {
        /// The label found.
        label: u8,
        /// The first sample that has it.
        sample: usize,
        /// The number of classes.
        classes: usize,
        /// The file that it came from.
        path: Option<PathBuf>,
    },
    /// A file of a named set is nowhere, and was not or could not be downloaded.
    #[error("{}", missing(*name, file, *named, looked_in, tried))]
    Missing {
        /// The data set.
        name: Name,
        /// The file.
        file: String,
        /// Whether one folder was named, so that it was looked for nowhere else.
        named: bool,
        /// Every path where it was looked for, in order; with a word on what was found there.
        looked_in: Vec<Looked>,
        /// Every attempt to download it; empty when downloads are off.
        tried: Vec<Attempt>,
    },
    /// A folder of photographs is nowhere.
    #[error("{}", missing_photographs(name, *named, looked_in))]
    MissingPhotographs {
        /// The data set.
        name: &'static str,
        /// Whether one folder was named, so that they were looked for nowhere else.
        named: bool,
        /// Every folder that was looked for, in order.
        looked_in: Vec<PathBuf>,
    },
    /// A folder that was named as the place of data sets is not there.
    #[error(
        "{}, which {named_by} names as the place of data sets, {}", path.display(),
        if path.exists() { "is no folder" } else { "is not there" }
    )]
    NoFolder {
        /// The folder.
        path: PathBuf,
        /// What named it: `--data-dir`, `LATENT_DATA_DIR`.
        named_by: &'static str,
    },
    /// The cache folder does not take files, so nothing was downloaded.
    #[error(
        "cannot write to the cache folder {}: {source}; make it writable, choose another folder, \
         or put the files into the folder that --data-dir or LATENT_DATA_DIR names", path.display()
    )]
    Cache {
        /// The folder.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// An image file could not be decoded.
    #[error("cannot read {} as an image: {source}", path.display())]
    Image {
        /// The file.
        path: PathBuf,
        /// The decoder's answer.
        source: image::ImageError,
    },
    /// Two pictures of a set of images of one size have different sizes.
    #[error(
        "{}: (channels, height, width) is {found:?}, but that of {} is {expected:?}: all must be of one size",
        path.display(), first.display()
    )]
    OtherSize {
        /// The file.
        path: PathBuf,
        /// Its channels, height and width.
        found: (usize, usize, usize),
        /// The first file.
        first: PathBuf,
        /// Its channels, height and width.
        expected: (usize, usize, usize),
    },
    /// A folder holds no image.
    #[error("no image in {}: expected files that end in .png, .jpg or .jpeg", path.display())]
    NoImages {
        /// The folder.
        path: PathBuf,
    },
    /// A parameter is out of its domain.
    #[error("{name} = {value}: expected {expected}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// The value given.
        value: String,
        /// The values that are allowed.
        expected: String,
    },
    /// The eigenvectors of a covariance could not be computed.
    #[error("cannot whiten {samples} samples of {features} numbers: {source}")]
    Decomposition {
        /// Rows of the data.
        samples: usize,
        /// Columns of the data.
        features: usize,
        /// What the decomposition said.
        source: LinalgError,
    },
    /// The covariance has directions without variance, which cannot be scaled to one.
    #[error(
        "variance {variance:e} in direction {component} of {features}: cannot be scaled to one; \
         use epsilon > 0, or PCA with at most {component} components"
    )]
    Singular {
        /// The first such direction, by descending variance, from zero.
        component: usize,
        /// Columns of the data.
        features: usize,
        /// The variance there.
        variance: f64,
    },
}

impl DatasetError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn parameter(name: &'static str, value: impl fmt::Display, expected: impl Into<String>) -> Self {
        Self::Parameter { name, value: value.to_string(), expected: expected.into() }
    }
}

/// A place where a file was looked for.
#[derive(Debug)]
pub struct Looked {
    /// The path.
    pub path: PathBuf,
    /// Why what is there was not taken; `None` when nothing is there.
    pub refused: Option<String>,
}

fn from(path: Option<&PathBuf>) -> String {
    path.map_or_else(String::new, |p| format!(" in {}", p.display()))
}

/// Where else data would have been looked for.
const ALONE: &str = "\nAs --data-dir names a folder, it was looked for there alone and nothing was downloaded. Without \
                     that flag the folder of LATENT_DATA_DIR, then the user's cache folder are looked in, and what is \
                     missing is downloaded if it can be.";

fn missing(name: Name, file: &str, named: bool, looked_in: &[Looked], tried: &[Attempt]) -> String {
    use fmt::Write;
    let mut text = format!("{name}: {file} was not found. Looked for");
    for place in looked_in {
        let _ = write!(text, "\n  {}", place.path.display());
        if let Some(reason) = &place.refused {
            let _ = write!(text, ": {reason}");
        }
    }
    if looked_in.is_empty() {
        text.push_str(" nowhere: no data folder and no cache folder is known");
    }
    if named {
        text.push_str(ALONE);
    } else if tried.is_empty() {
        text.push_str("\nNothing was downloaded: downloads are off, or no cache folder is known.");
    } else {
        text.push_str("\nDownloads that failed:");
        for attempt in tried {
            let _ = write!(text, "\n  {attempt}");
        }
    }
    let _ = write!(
        text,
        "\nPut the four files of {name}, plain or .gz, into the folder {name} of some folder and name that folder with \
         --data-dir or LATENT_DATA_DIR; or use --dataset synthetic, which needs no files."
    );
    text
}

fn missing_photographs(name: &str, named: bool, looked_in: &[PathBuf]) -> String {
    use fmt::Write;
    let mut text = format!("{name}: a folder of photographs was not found. Looked for");
    for place in looked_in {
        let _ = write!(text, "\n  {}", place.display());
    }
    if looked_in.is_empty() {
        text.push_str(" nowhere: no data folder and no cache folder is known");
    }
    if named {
        text.push_str("\nAs --data-dir names a folder, it was looked for there alone.");
    }
    let _ = write!(
        text,
        "\nPut photographs (.jpg or .png) to learn from into the folder {name}/train and others to test on into {name}/test \
         of some folder, and name that folder with --data-dir or LATENT_DATA_DIR; those of the Berkeley segmentation data \
         set are at https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/bsds/. Or use --dataset synthetic, which \
         needs no files."
    );
    text
}
