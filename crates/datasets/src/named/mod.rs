//! MNIST and Fashion-MNIST by name, and the photographs of [BSDS](bsds()) from a folder.
//!
//! Each of the four files of a set is looked for, plain or `.gz`, as `mnist/train-images-idx3-ubyte`
//! (or `fashion-mnist/...`) in the folder that the caller names, and nowhere else; if none is named, in the folder of
//! the environment variable `LATENT_DATA_DIR`, then in the user's cache folder. What is nowhere is then downloaded into
//! the cache folder. A folder that was named either way and is not there is an error.
//!
//! Files in a folder of the user's are taken if they are sound: 28x28 images, one label below 10 for
//! each. Their SHA-256 and whether it is the published one goes into the [provenance](crate::Provenance).
//! Files in the cache folder must have the published checksum: one that has not is fetched anew.
//!
//! ```no_run
//! use latent_datasets::named::{Locate, Name, load};
//!
//! let splits = load(Name::Mnist, &Locate::from_environment(), &mut |event| eprintln!("{event}"))?;
//! assert_eq!(splits.train.rows::<f32>(0..100).dim(), (100, 784));
//! # Ok::<(), latent_datasets::DatasetError>(())
//! ```
//!
//! Sources: LeCun, Cortes and Burges, *The MNIST database of handwritten digits* (1998); Xiao, Rasul
//! and Vollgraf, *Fashion-MNIST* (2017), arXiv:1708.07747.

pub(crate) mod attempt;
mod bsds;
mod catalogue;
mod checksum;
mod download;
#[cfg(test)]
mod download_tests;
mod locate;
pub(crate) mod name;

pub use attempt::{Attempt, Failure};
pub use bsds::bsds;
pub use download::Event;
pub use locate::{Locate, user_cache};
pub use name::Name;

use crate::{DatasetError, LabelledImages, Provenance, SourceFile, Splits};
use catalogue::{File, Part};
use locate::Found;
use ndarray::{ArrayD, Ix3};

/// Loads a named set; downloads what is missing, unless `locate` forbids it, and reports to `observe`.
///
/// # Errors
/// [`DatasetError::NoFolder`] if a folder that was named is not there; [`DatasetError::Missing`] says which file was
/// not found, every place where it was looked for and what to do; [`DatasetError::Cache`] that the cache folder takes
/// no files. A damaged file in a folder of the user's is an error, not passed over: [`DatasetError::Idx`],
/// [`DatasetError::Sizes`], [`DatasetError::Counts`], [`DatasetError::Label`].
pub fn load(name: Name, locate: &Locate, observe: &mut dyn FnMut(Event<'_>)) -> Result<Splits, DatasetError> {
    let mut part = |part| load_part(name, part, locate, observe);
    Ok(Splits { train: part(Part::Train)?, validation: None, test: part(Part::Test)? })
}

fn load_part(
    name: Name,
    part: Part,
    locate: &Locate,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<LabelledImages, DatasetError> {
    // Labels first: they are small, so that a set that cannot be had is known at once.
    let labels = locate.find(name, name.file(part, File::Labels), observe)?;
    let images = locate.find(name, name.file(part, File::Images), observe)?;
    let sizes = |found: &Found, what, expected| DatasetError::Sizes {
        path: found.path.clone(),
        what,
        found: found.idx.array.shape().to_vec(),
        expected,
    };
    if labels.idx.array.ndim() != 1 {
        return Err(sizes(&labels, "the array of labels", "(N)"));
    }
    if !matches!(images.idx.array.shape(), [_, 28, 28]) {
        return Err(sizes(&images, "the array of images", "(N, 28, 28)"));
    }
    let source = |found: &Found| SourceFile {
        path: found.path.clone(),
        sha256: found.idx.sha256.clone(),
        verified: found.verified,
    };
    let provenance = Provenance::Files { files: vec![source(&images), source(&labels)] };
    let full_name = format!("{name}/{}", part.as_str());
    LabelledImages::labelled(
        full_name,
        as_images(images.idx.array),
        labels.idx.array.into_iter().collect(),
        10,
        provenance,
    )
    .map_err(|error| match error {
        DatasetError::Counts { images: count, labels: label_count, .. } => DatasetError::Counts {
            images: count,
            images_from: Some(images.path),
            labels: label_count,
            labels_from: Some(labels.path),
        },
        DatasetError::Label { label, sample, classes, .. } => {
            DatasetError::Label { label, sample, classes, path: Some(labels.path) }
        }
        other => other,
    })
}

fn as_images(array: ArrayD<u8>) -> ndarray::Array4<u8> {
    array.into_dimensionality::<Ix3>().expect("three dimensions").insert_axis(ndarray::Axis(1))
}
