//! From flags to a configuration and a seed.

use super::of_run::{check_study, config_of_run, take_seed};
use super::{Configs, Flags, Study, StudyConfig};
use crate::failure::Failure;
use latent_train::config;
use latent_train::config::{ConfigError, Override};
use std::path::Path;
use toml::Table;

/// A text with a configuration.
struct Source {
    /// How it is named where something is wrong with it.
    name: Option<String>,
    text: String,
    seed: Option<u64>,
}

/// The configuration and the seed that the flags mean: of the configuration named, else of the run to go on with, else
/// the default one.
pub(super) fn resolve<S: Study>(flags: &Flags, configs: &Configs) -> Result<(S::Config, u64), Failure> {
    if let (Some(run), Some(output)) = (flags.resumed(), &flags.output) {
        let same = run == output || run.canonicalize().is_ok_and(|run| output.canonicalize().is_ok_and(|o| o == run));
        if !same {
            let message = format!("--resume {} goes on in that folder, not in --output", run.display());
            return Err(Failure::new(message).help("leave out --output; to go on elsewhere, copy the folder first"));
        }
    }
    let of_run = flags.resumed().map(|folder| of_run::<S>(folder)).transpose()?;
    let of_run_seed = of_run.as_ref().and_then(|source| source.seed);
    let source = match (&flags.config, of_run) {
        (Some(name), _) => named::<S>(name, configs)?,
        (None, Some(source)) => source,
        (None, None) => Source { name: None, text: configs.default_text(), seed: None },
    };
    // Of a program it is among those of --set already.
    let dataset = flags.dataset.as_ref().map(|dataset| format!("dataset={dataset}").parse()).transpose()?;
    let overrides: Vec<Override> = dataset.into_iter().chain(flags.set.iter().cloned()).collect();
    let seed = flags.seed.or(source.seed).or(of_run_seed).unwrap_or(0);
    let config = read::<S::Config>(&source, &overrides)?;
    if let (Some(_), Some((key, 0))) = (config.training().early_stopping, config.held_out()) {
        let message = "training.early_stopping: nothing is held out to choose the best weights by, and the test set \
                       must not choose them";
        return Err(Failure::new(message).help(format!("--set {key}=N holds some of the training samples out")));
    }
    Ok((config, seed))
}

fn of_run<S: Study>(folder: &Path) -> Result<Source, Failure> {
    check_study(folder, S::NAME)?;
    let (text, seed) = config_of_run(folder, S::Config::RETIRED_KEYS)?;
    Ok(Source { name: Some(folder.join("config.toml").display().to_string()), text, seed: Some(seed) })
}

/// A configuration by its name, or in a file, which may be that of a run.
fn named<S: Study>(name: &str, configs: &Configs) -> Result<Source, Failure> {
    let text = configs.text(name)?;
    if configs.get(name).is_some() {
        return Ok(Source { name: None, text, seed: None });
    }
    let path = Path::new(name);
    if path.file_name().is_some_and(|name| name == "config.toml") {
        check_study(path.parent().unwrap_or(Path::new("")), S::NAME)?;
    }
    // What is no TOML is told by who reads it.
    let Ok(mut table) = text.parse::<Table>() else {
        return Ok(Source { name: Some(name.to_owned()), text, seed: None });
    };
    let seed =
        take_seed(&mut table, S::Config::RETIRED_KEYS).map_err(|error| Failure::new(format!("{name}: {error}")))?;
    Ok(Source { name: Some(name.to_owned()), text: toml::to_string(&table)?, seed })
}

/// Reads a configuration, with the study's own defaults in its tables, where nobody says anything else: those of their
/// types by themselves, such as [`Training`](latent_train::config::Training), are others.
fn read<C: StudyConfig>(source: &Source, overrides: &[Override]) -> Result<C, Failure> {
    let mut own = Table::try_from(C::default())?;
    own.retain(|name, _| C::OWN_TABLES.contains(&name));
    let read = |overrides| config::read_with_defaults::<C>(own.clone(), &source.text, overrides);
    read(overrides).map_err(|error| match &source.name {
        // The file is named if the mistakes are its own.
        Some(name) if read(&[]).is_err() => in_file(name, &error),
        _ => error.into(),
    })
}

fn in_file(name: &str, error: &ConfigError) -> Failure {
    Failure::new(format!("{name}: {error}"))
}
