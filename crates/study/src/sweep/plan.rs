//! The jobs of a sweep.

use super::config::Sweep;
use super::program::{Program, Resolved};
use super::settings::Setting;
use super::vary::flat;
use crate::failure::Failure;
use latent_numeric::parallel;
use latent_train::config::nearest;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The folder of resolved configurations.
pub const CONFIGS: &str = "configs";

/// A run to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its folder within that of the sweep, named as it would be alone.
    pub name: String,
    /// Which setting, counted from zero.
    pub setting: usize,
    /// Its seed.
    pub seed: u64,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is there.
    New,
    /// There is a run that has not come to its end.
    Begun,
    /// The run has its `DONE`.
    Done,
}

impl Job {
    /// How far it is in the folder of its sweep.
    pub fn state(&self, folder: &Path) -> State {
        let run = folder.join(&self.name);
        match (run.join("DONE").exists(), run.join("config.toml").exists()) {
            (true, _) => State::Done,
            (false, true) => State::Begun,
            (false, false) => State::New,
        }
    }
}

/// All jobs of a sweep, with what each of them is.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The sweep.
    pub sweep: Sweep,
    /// The study's program.
    pub program: Program,
    /// The settings, without those that come to the same configuration as an earlier one.
    pub settings: Vec<Setting>,
    /// The configuration of each, with all its values.
    pub resolved: Vec<Resolved>,
    /// How many those are.
    pub repeated: usize,
    /// Setting by setting, seed by seed.
    pub jobs: Vec<Job>,
    /// Flags beside the configuration's and the seed: the same for all jobs, without influence on results.
    common: Vec<String>,
}

impl Plan {
    /// Asks the study's program about every setting.
    ///
    /// # Errors
    /// All that it refuses.
    pub fn new(sweep: Sweep, program: Program, threads: u32, data_dir: Option<&Path>) -> Result<Self, Failure> {
        let mut common = vec!["--threads".to_owned(), threads.to_string()];
        if let Some(folder) = data_dir {
            common.extend(["--data-dir".to_owned(), folder.display().to_string()]);
        }
        let all = sweep.settings();
        let (settings, resolved, jobs) = (Vec::new(), Vec::new(), Vec::new());
        let mut plan = Self { settings, resolved, repeated: 0, jobs, common, program, sweep };
        let seed = plan.sweep.seeds.first().copied().unwrap_or(0);
        let checked = parallel::map(&all, |_, setting| plan.program.check(&plan.of_run(setting, seed)));
        let mut refused: BTreeMap<String, Vec<&Setting>> = BTreeMap::new();
        for (setting, checked) in all.iter().zip(checked) {
            match checked {
                Ok(resolved) if plan.resolved.iter().any(|other| other.stem == resolved.stem) => plan.repeated += 1,
                Ok(resolved) => {
                    plan.resolved.push(resolved);
                    plan.settings.push(setting.clone());
                }
                Err(why) => refused.entry(why).or_default().push(setting),
            }
        }
        if !refused.is_empty() {
            return Err(Failure::new(told(&plan.sweep.study, &refused, all.len())));
        }
        plan.check_figures()?;
        for (setting, Resolved { stem, .. }) in plan.resolved.iter().enumerate() {
            let job = |&seed: &u64| Job { name: format!("{stem}-s{seed}"), setting, seed };
            plan.jobs.extend(plan.sweep.seeds.iter().map(job));
        }
        Ok(plan)
    }

    /// Whether the study has the figures that the sweep names, if it says which it has.
    fn check_figures(&self) -> Result<(), Failure> {
        let known: Vec<&String> = self.resolved.iter().flat_map(|resolved| &resolved.figures).collect();
        if known.is_empty() {
            return Ok(());
        }
        let wrong: Vec<String> = self
            .figures()
            .filter(|(_, name)| !known.contains(name))
            .map(|(key, name)| {
                let hint = nearest(name, &known).map_or_else(String::new, |meant| format!("; did you mean {meant:?}?"));
                format!("\n  {key}: {} has no final figure {name:?}{hint}", self.sweep.study)
            })
            .collect();
        if wrong.is_empty() {
            return Ok(());
        }
        let known: BTreeSet<&String> = known.into_iter().collect();
        let known = known.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        let failure = Failure::new(format!("the sweep names figures that no run will have:{}", wrong.concat()));
        Err(failure.help(format!("the final figures of {}: {known}", self.sweep.study)))
    }

    /// The figures that the sweep names, with their keys.
    pub fn figures(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let Sweep { rank, compare, .. } = &self.sweep;
        let table = compare.table.iter().map(|name| ("compare.table", name));
        let plot = compare.plot.iter().map(|name| ("compare.plot", name));
        [("rank.by", &rank.by)].into_iter().chain(table).chain(plot)
    }

    /// The flags that say what a run computes, for the program to resolve.
    fn of_run(&self, setting: &Setting, seed: u64) -> Vec<String> {
        let config = self.sweep.config.iter().flat_map(|config| ["--config".to_owned(), config.clone()]);
        let fixed = flat(&self.sweep.set).into_iter().map(|(key, value)| format!("{key}={value}"));
        let set = fixed.chain(setting.overrides()).flat_map(|value| ["--set".to_owned(), value]);
        config.chain(set).chain(["--seed".to_owned(), seed.to_string()]).collect()
    }

    /// The file of the configuration of a setting, in the folder of the sweep.
    pub fn file(&self, setting: usize) -> String {
        format!("{CONFIGS}/{}.toml", self.resolved[setting].stem)
    }

    /// The flags of a job, in the folder of the sweep.
    ///
    /// They name the configuration that the sweep resolved and keeps, and its hash, so that the run is what its folder
    /// is named after, whatever has become of the files that it was made from.
    pub fn flags(&self, job: &Job) -> Vec<String> {
        let (file, hash) = (self.file(job.setting), self.resolved[job.setting].hash().to_owned());
        let mut flags: Vec<String> = ["--config".to_owned(), file, "--hash".to_owned(), hash].into();
        flags.extend(["--seed".to_owned(), job.seed.to_string(), "--output".to_owned(), job.name.clone()]);
        flags.push("--resume".to_owned());
        flags.extend(self.common.iter().cloned());
        flags
    }

    /// The folders of jobs that are finished.
    pub fn finished(&self, folder: &Path) -> Vec<PathBuf> {
        let done = self.jobs.iter().filter(|job| job.state(folder) == State::Done);
        done.map(|job| folder.join(&job.name)).collect()
    }
}

/// Each complaint once, with the settings that it is about.
fn told(study: &str, refused: &BTreeMap<String, Vec<&Setting>>, all: usize) -> String {
    let count: usize = refused.values().map(Vec::len).sum();
    let start = format!("{study} refuses {count} of {all} settings:");
    refused.iter().fold(start, |text, (why, settings)| {
        let more = match settings.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        format!("{text}\n  with {}{more}:\n    {}", settings[0], why.replace('\n', "\n    "))
    })
}
