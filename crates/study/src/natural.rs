//! Natural images for a study.

use crate::augmentation::Augmentation;
use crate::cli::Common;
use crate::data::{Loaded, StudyData, held_out, source, unknown};
use crate::failure::Failure;
use crate::{DatasetChoice, DatasetName};
use latent_datasets::DatasetError;
use latent_datasets::folder::Channels;
use latent_datasets::named::{Locate, bsds};
use latent_datasets::photographs::PhotographSplits;
use latent_datasets::synthetic::dead_leaves::DeadLeaves;
use latent_train::run::DataSource;
use latent_train::tell::tell;

/// What stands in for photographs: as many pictures, of the size of a quarter of those of BSDS.
const SIDES: (usize, usize) = (160, 240);
const TRAIN: usize = 100;
const TEST: usize = 20;

/// Said of results that a reader could take for those of photographs.
pub const DRAWN: &str = "SYNTHETIC PICTURES: all results are about dead leaves, not about natural images";

/// What a reader of results has to know if photographs of this name are none: [`DRAWN`].
pub fn warning(dataset: &DatasetName) -> Option<&'static str> {
    (*dataset == DatasetName::SYNTHETIC).then_some(DRAWN)
}

const STAND_IN: &str = "the photographs of BSDS are not here, so SYNTHETIC PICTURES stand in for them: all results are about \
                        dead leaves, not about natural images";

impl StudyData for PhotographSplits {
    fn sources(&self) -> Vec<DataSource> {
        let mut sources: Vec<DataSource> =
            [&self.train, &self.test].map(|part| source(&part.name, &part.provenance)).into();
        sources.extend(self.validation.as_ref().map(|part| held_out(&part.name, part.len(), &self.train.name)));
        sources
    }
}

/// The natural images that [`load`] knows.
pub const DATASETS: &[DatasetChoice] = &[
    DatasetChoice::new(DatasetName::AUTO, "BSDS if it is found, else synthetic"),
    DatasetChoice::new(DatasetName::BSDS, "Photographs of the Berkeley segmentation data set"),
    DatasetChoice::new(DatasetName::SYNTHETIC, "Drawn dead leaves in the place of photographs; needs no file"),
];

/// The photographs of the flags, or what stands in for them, so many of those to learn from held out, from the last
/// on; the others are changed.
///
/// # Errors
/// If photographs are asked for and missing, or damaged, or a folder that was named is not there. With `auto`, where
/// there are none and no folder was named by `--data-dir`, dead leaves stand in and a note says so.
pub fn load(
    flags: &Common,
    channels: Channels,
    held_out: Option<usize>,
    augment: &Augmentation,
) -> Result<Loaded<PhotographSplits>, Failure> {
    let mut loaded = load_from(flags, channels, &Locate::from_environment())?;
    loaded.splits = loaded.splits.hold_out(held_out.unwrap_or(0))?;
    augment.once(&mut loaded.splits.train, flags.seed)?;
    Ok(loaded)
}

fn load_from(flags: &Common, channels: Channels, locate: &Locate) -> Result<Loaded<PhotographSplits>, Failure> {
    let locate = locate.clone().data_dir(flags.data_dir.clone());
    let (height, width) = SIDES;
    let drawn = || DeadLeaves { height, width, channels }.splits(flags.seed, TRAIN, TEST);
    let loaded = |dataset, splits| Loaded { dataset, splits, note: None };
    match flags.dataset.as_str() {
        "synthetic" => Ok(loaded(DatasetName::SYNTHETIC, drawn())),
        "bsds" => Ok(loaded(DatasetName::BSDS, bsds(&locate, channels)?)),
        "auto" => match bsds(&locate, channels) {
            Ok(splits) => Ok(loaded(DatasetName::BSDS, splits)),
            Err(error @ DatasetError::MissingPhotographs { named: false, .. }) => {
                tell(error);
                Ok(Loaded { dataset: DatasetName::SYNTHETIC, splits: drawn(), note: Some(STAND_IN.into()) })
            }
            Err(other) => Err(other.into()),
        },
        other => Err(unknown(other, DATASETS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(dataset: DatasetName) -> Common {
        Common { dataset, data_dir: None, seed: 3, threads: 0, output: None }
    }

    #[test]
    fn dead_leaves_stand_in_and_it_is_said() {
        let loaded = load_from(&flags(DatasetName::AUTO), Channels::Grey, &Locate::nowhere()).unwrap();
        assert_eq!((loaded.dataset, loaded.note.as_deref()), (DatasetName::SYNTHETIC, Some(STAND_IN)));
        assert!(loaded.splits.sources().iter().all(|source| source.origin.contains("dead leaves")));
        assert_eq!((loaded.splits.train.len(), loaded.splits.test.len()), (TRAIN, TEST));
    }

    #[test]
    fn other_sets_and_missing_photographs_are_told() {
        let told = |dataset| load_from(&flags(dataset), Channels::Grey, &Locate::nowhere()).unwrap_err().to_string();
        assert!(told(DatasetName::BSDS).contains("was not found"), "{}", told(DatasetName::BSDS));
        let named = Common { data_dir: Some(tempfile::tempdir().unwrap().path().into()), ..flags(DatasetName::AUTO) };
        let gone = load_from(&named, Channels::Grey, &Locate::nowhere()).unwrap_err().to_string();
        assert!(gone.contains("which --data-dir names") && gone.contains("is not there"), "{gone}");
        assert!(
            told(DatasetName::MNIST).contains("the data set is mnist, which is none of auto, bsds or synthetic"),
            "{}",
            told(DatasetName::MNIST)
        );
    }
}
