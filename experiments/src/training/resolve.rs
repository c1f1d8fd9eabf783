//! From flags to a configuration and a seed.

use super::{Configs, Flags, StudyConfig};
use crate::failure::Failure;
use latent_train::config::{self, Override};
use std::fs;
use std::path::Path;
use toml::{Table, Value};

/// The configuration and the seed that the flags mean: of the configuration named, else of the run to go on with, else
/// the default one.
pub(super) fn resolve<C: StudyConfig>(flags: &Flags, configs: &Configs) -> Result<(C, u64), Failure> {
    let of_run = flags.resumed().map(|folder| config_of_run(folder)).transpose()?;
    let text = match (&flags.config, &of_run) {
        (Some(name), _) => configs.text(name)?,
        (None, Some((text, _))) => text.clone(),
        (None, None) => configs.default_text(),
    };
    let mut overrides: Vec<Override> = flags.set.clone();
    overrides.extend(flags.dataset.map(|dataset| format!("dataset={dataset}").parse()).transpose()?);
    let seed = flags.seed.or(of_run.map(|(_, seed)| seed)).unwrap_or(0);
    let config: C = config::read(&with_own_defaults::<C>(text)?, &overrides)?;
    if let (Some(_), Some((key, 0))) = (config.training().early_stopping, config.held_out()) {
        let message = "training.early_stopping: nothing is held out to choose the best weights by, and the test set \
                       must not choose them";
        return Err(Failure::new(message).help(format!("--set {key}=N holds some of the training samples out")));
    }
    Ok((config, seed))
}

/// With the study's own defaults in its tables, where these say nothing else: those of their types by themselves, such as
/// [`Training`](latent_train::config::Training), are others.
fn with_own_defaults<C: StudyConfig>(text: String) -> Result<String, Failure> {
    // What is no TOML, or no table, is told by who reads it.
    let Ok(mut table) = text.parse::<Table>() else { return Ok(text) };
    let mut own = Table::try_from(C::default())?;
    own.retain(|name, _| C::OWN_TABLES.contains(&name));
    // Steps and epochs are two ways to say the same.
    if let (Some(Value::Table(said)), Some(Value::Table(own))) = (table.get("training"), own.get_mut("training"))
        && said.contains_key("steps")
    {
        own.remove("epochs");
    }
    fill(&mut table, own);
    Ok(toml::to_string(&table)?)
}

/// Adds what a table does not say.
fn fill(table: &mut Table, with: Table) {
    for (key, value) in with {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(inner)), Value::Table(with)) => fill(inner, with),
            (Some(_), _) => {}
            (None, value) => {
                table.insert(key, value);
            }
        }
    }
}

/// The configuration, as TOML, and the seed of the run in this folder.
///
/// # Errors
/// If there is none, or it is damaged.
pub fn config_of_run(folder: &Path) -> Result<(String, u64), Failure> {
    let path = folder.join("config.toml");
    let text = fs::read_to_string(&path).map_err(|error| {
        Failure::new(format!("cannot read {}: {error}", path.display()))
            .help("give the folder of a run, with its config.toml")
    })?;
    let mut table: Table = text.parse()?;
    let seed = table.remove("seed").as_ref().and_then(Value::as_integer).and_then(|seed| u64::try_from(seed).ok());
    let seed = seed.ok_or_else(|| Failure::new(format!("{} has no seed", path.display())))?;
    Ok((toml::to_string(&table)?, seed))
}
