//! What a run folder holds.

use super::error::ReportError;
use super::metrics::Metrics;
use super::study::Figure;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use toml::Table;

/// Where the figures of a study are kept, for comparisons.
pub const FIGURES: &str = "figures.json";

/// Where the units of its terms are kept.
pub const UNITS: &str = "units.json";

/// A run, as its folder tells it.
#[derive(Debug)]
pub struct Run {
    /// The path of the run folder.
    pub folder: PathBuf,
    /// The text of `config.toml`.
    pub config_text: Option<String>,
    /// The configuration, as read from that text.
    pub config: Option<Table>,
    /// The content of `manifest.json`.
    pub manifest: Option<Value>,
    /// The content of `metrics.jsonl`.
    pub metrics: Metrics,
    /// The final figures, from `figures.json`.
    pub figures: Vec<Figure>,
    /// The units of terms, from `units.json`.
    pub units: Vec<(String, String)>,
    /// Whether the run is complete: it has its `DONE`, or will have as soon as its report is written.
    pub done: bool,
    /// What is missing in the folder or cannot be read, a line each.
    pub notes: Vec<String>,
}

impl Run {
    /// Reads a run folder. A file that is missing or broken becomes a note.
    ///
    /// # Errors
    /// If there is no such folder, or nothing in it is of a run.
    pub fn read(folder: &Path) -> Result<Self, ReportError> {
        if !folder.is_dir() {
            return Err(ReportError::NoFolder { path: folder.to_owned() });
        }
        if !is_run(folder) {
            let inside = inside(folder).map_err(ReportError::read(folder))?;
            return Err(ReportError::NotARun { path: folder.to_owned(), inside });
        }
        let mut notes = Vec::new();
        let config_text = text(folder, "config.toml", &mut notes);
        let config = config_text.as_ref().and_then(|text| match text.parse() {
            Ok(table) => Some(table),
            Err(_) => {
                notes.push("config.toml is not TOML".to_owned());
                None
            }
        });
        let manifest = text(folder, "manifest.json", &mut notes).and_then(|text| {
            let value = serde_json::from_str(&text).ok().filter(Value::is_object);
            if value.is_none() {
                notes.push("manifest.json is not a JSON object".to_owned());
            }
            value
        });
        let metrics =
            match File::open(folder.join("metrics.jsonl")).and_then(|file| Metrics::read(BufReader::new(file))) {
                Ok(metrics) => metrics,
                Err(error) => {
                    notes.push(cannot_read("metrics.jsonl", &error));
                    Metrics::default()
                }
            };
        let lines = |count: u64| if count == 1 { "1 line".to_owned() } else { format!("{count} lines") };
        if metrics.unreadable > 0 {
            notes.push(format!("{} of metrics.jsonl cannot be read", lines(metrics.unreadable)));
        }
        if metrics.out_of_order() > 0 {
            let count = metrics.out_of_order();
            notes.push(format!("{count} values of metrics.jsonl are of earlier steps than those before; left out"));
        }
        let figures = if_there(folder, FIGURES, &mut notes);
        let units: BTreeMap<String, String> = if_there(folder, UNITS, &mut notes);
        let units = units.into_iter().collect();
        let done = folder.join("DONE").exists();
        Ok(Self { folder: folder.to_owned(), config_text, config, manifest, metrics, figures, units, done, notes })
    }

    /// How the run ended, or that it did not.
    pub fn state(&self) -> State {
        let Metrics { end, progress, .. } = &self.metrics;
        match end {
            _ if self.done => State::Finished(end.clone()),
            Some(reason) => State::Stopped(reason.clone()),
            None => State::Unfinished(progress.step),
        }
    }

    /// The name of the folder.
    pub fn name(&self) -> String {
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let full = || fs::canonicalize(&self.folder).ok().as_deref().and_then(name);
        name(&self.folder).or_else(full).unwrap_or_else(|| self.folder.display().to_string())
    }

    /// A text of the manifest.
    pub fn of_manifest(&self, key: &str) -> Option<&str> {
        self.manifest.as_ref()?.get(key)?.as_str()
    }

    /// The seed of the run.
    pub fn seed(&self) -> Option<i64> {
        self.config.as_ref()?.get("seed")?.as_integer()
    }
}

/// Whether a run is complete, ended early or did not end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The run is complete: it has its `DONE`; why training ended, if that is known.
    Finished(Option<String>),
    /// Training ended, for this reason, but the run is not complete.
    Stopped(String),
    /// The run goes on or was killed; the last step that it logged.
    Unfinished(u64),
}

fn is_run(folder: &Path) -> bool {
    ["config.toml", "manifest.json", "metrics.jsonl"].iter().any(|name| folder.join(name).is_file())
}

/// The first run among the folders in a folder.
fn inside(folder: &Path) -> std::io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_run(&entry.path()) {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names.into_iter().min().unwrap_or_default())
}

fn text(folder: &Path, name: &str, notes: &mut Vec<String>) -> Option<String> {
    fs::read_to_string(folder.join(name)).inspect_err(|error| notes.push(cannot_read(name, error))).ok()
}

/// What a JSON file holds, which need not be there; one that cannot be read is noted.
fn if_there<T: DeserializeOwned + Default>(folder: &Path, name: &str, notes: &mut Vec<String>) -> T {
    match fs::read_to_string(folder.join(name)) {
        Ok(text) => serde_json::from_str(&text).unwrap_or_else(|error| {
            notes.push(format!("{name} cannot be read: {error}"));
            T::default()
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => T::default(),
        Err(error) => {
            notes.push(cannot_read(name, &error));
            T::default()
        }
    }
}

fn cannot_read(name: &str, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => format!("{name} is missing"),
        _ => format!("{name} cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_no_run_is_refused_and_says_where_runs_are() {
        let here = tempfile::tempdir().unwrap();
        let error = Run::read(&here.path().join("nowhere")).unwrap_err();
        assert!(matches!(error, ReportError::NoFolder { .. }), "{error}");
        fs::create_dir(here.path().join("mnist-s0")).unwrap();
        let error = Run::read(here.path()).unwrap_err().to_string();
        assert!(error.contains("expected config.toml") && !error.contains("mnist-s0"), "{error}");
        fs::write(here.path().join("mnist-s0/metrics.jsonl"), "").unwrap();
        let error = Run::read(here.path()).unwrap_err().to_string();
        assert!(error.contains("such as mnist-s0"), "{error}");
    }

    #[test]
    fn what_is_missing_or_broken_is_noted() {
        let here = tempfile::tempdir().unwrap();
        fs::write(here.path().join("config.toml"), "beta = = 1").unwrap();
        fs::write(here.path().join("manifest.json"), "{").unwrap();
        let run = Run::read(here.path()).unwrap();
        assert_eq!(
            run.notes,
            ["config.toml is not TOML", "manifest.json is not a JSON object", "metrics.jsonl is missing"]
        );
        assert_eq!(run.state(), State::Unfinished(0));
    }
}
