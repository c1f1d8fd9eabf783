//! What the folder of a run says of it.

use crate::failure::Failure;
use latent_numeric::text::without_byte_order_mark;
use latent_train::run::{Manifest, RunError};
use std::fs;
use std::path::Path;
use toml::Table;

/// The configuration without retired keys, as TOML, and the seed of the run in this folder.
///
/// # Errors
/// If there is none, or it is damaged.
pub fn config_of_run(folder: &Path, retired: &[&str]) -> Result<(String, u64), Failure> {
    let path = folder.join("config.toml");
    let text = fs::read_to_string(&path).map_err(|error| {
        Failure::new(format!("cannot read {}: {error}", path.display()))
            .help("give the folder of a run, with its config.toml")
    })?;
    let damaged = |reason: String| Failure::from(RunError::Damaged { path: path.clone(), reason });
    let mut table: Table =
        without_byte_order_mark(&text).parse().map_err(|error: toml::de::Error| damaged(error.to_string()))?;
    let seed = take_seed(&mut table, retired).map_err(damaged)?.ok_or_else(|| damaged("it has no seed".to_owned()))?;
    Ok((toml::to_string(&table)?, seed))
}

/// Takes the seed out of a configuration that has one, as that of a run has, and drops its retired keys.
///
/// # Errors
/// If it cannot be one.
pub(super) fn take_seed(config: &mut Table, retired: &[&str]) -> Result<Option<u64>, String> {
    retired.iter().for_each(|key| drop(config.remove(*key)));
    let Some(seed) = config.remove("seed") else { return Ok(None) };
    let whole = seed.as_integer().and_then(|seed| u64::try_from(seed).ok());
    whole.map(Some).ok_or_else(|| format!("seed: must be a whole number, 0 or more, got {seed}"))
}

/// Refuses the folder of a run of another study.
///
/// # Errors
/// If it is that of one.
pub(super) fn check_study(folder: &Path, study: &str) -> Result<(), Failure> {
    match Manifest::study_of(folder) {
        Some(other) if other != study => Err(RunError::OtherStudy { path: folder.to_owned(), study: other }.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_configuration_is_told_with_its_file() {
        let here = tempfile::tempdir().unwrap();
        let file = here.path().join("config.toml");
        for (text, why) in [
            ("seed = 1\nlr ==", "line 2"),
            ("lr = 1\n", "it has no seed"),
            ("seed = -1\n", "0 or more, got -1"),
            ("seed = 'a'\n", "0 or more"),
        ] {
            fs::write(&file, text).unwrap();
            let told = config_of_run(here.path(), &[]).unwrap_err().to_string();
            assert!(told.contains(why) && told.contains(&file.display().to_string()), "{told}");
        }
        fs::write(&file, "lr = 1\nseed = 3\n").unwrap();
        assert_eq!(config_of_run(here.path(), &[]).unwrap(), ("lr = 1\n".to_owned(), 3));
    }
}
