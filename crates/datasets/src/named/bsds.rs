//! The photographs of the Berkeley segmentation data set, from a folder.

use super::Locate;
use super::catalogue::Part;
use crate::folder::{Channels, read_folder};
use crate::photographs::{PhotographSplits, Photographs};
use crate::{DatasetError, Provenance, SourceFile};
use std::path::PathBuf;

/// The name of the set and of its folder.
const NAME: &str = "bsds";

/// The photographs of the Berkeley segmentation data set (Martin, Fowlkes, Tal and Malik, *A database of human segmented
/// natural images*, ICCV 2001): those of the folder `bsds/train` and those of `bsds/test`, of which each is looked for
/// where `locate` says. They are never downloaded.
///
/// ```no_run
/// use latent_datasets::folder::Channels;
/// use latent_datasets::named::{Locate, bsds};
///
/// let photographs = bsds(&Locate::from_environment(), Channels::Grey)?;
/// println!("{} to learn from, {} to test on", photographs.train.len(), photographs.test.len());
/// # Ok::<(), latent_datasets::DatasetError>(())
/// ```
///
/// # Errors
/// [`DatasetError::MissingPhotographs`] if a folder is nowhere; [`DatasetError::NoFolder`] if one that was named is
/// not there; what is wrong with the first file that is damaged; [`DatasetError::NoImages`] for a folder without
/// pictures.
pub fn bsds(locate: &Locate, channels: Channels) -> Result<PhotographSplits, DatasetError> {
    let part = |part| photographs(locate, part, channels);
    Ok(PhotographSplits { train: part(Part::Train)?, validation: None, test: part(Part::Test)? })
}

fn photographs(locate: &Locate, part: Part, channels: Channels) -> Result<Photographs, DatasetError> {
    let part = part.as_str();
    let folder = find(locate, part)?;
    let read = read_folder(&folder, channels)?;
    if let Some(damaged) = read.failed.into_iter().next() {
        return Err(damaged);
    }
    let (mut images, mut files) = (Vec::new(), Vec::new());
    for picture in read.pictures {
        files.push(SourceFile::of(&picture.path)?);
        images.push(picture.pixels);
    }
    Ok(Photographs { name: format!("{NAME}/{part}"), images, provenance: Provenance::Files { files } })
}

fn find(locate: &Locate, part: &str) -> Result<PathBuf, DatasetError> {
    let places = locate.folders()?.into_iter().chain(locate.cache());
    let looked_in: Vec<PathBuf> = places.map(|place| place.join(NAME).join(part)).collect();
    match looked_in.iter().find(|folder| folder.is_dir()) {
        Some(folder) => Ok(folder.clone()),
        None => Err(DatasetError::MissingPhotographs { name: NAME, named: locate.is_named(), looked_in }),
    }
}
