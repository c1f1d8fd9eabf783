//! From flags to a finished sweep.

use super::config::Sweep;
use super::flags::Flags;
use super::plan::{CONFIGS, Plan, State};
use super::program::Program;
use super::workers::{FailedJob, prepare, work};
use super::{scripts, summary};
use crate::cli;
use crate::failure::{Failure, OrHelp, exit};
use crate::print::print;
use crate::training::Configs;
use latent_train::config;
use latent_train::interrupt::Interrupt;
use latent_train::tell::tell;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, DirEntry};
use std::io::ErrorKind;
use std::path::{Path, absolute};
use std::process::ExitCode;

/// How a sweep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All was done that the flags asked for.
    Complete,
    /// Some jobs failed; the others came to their end.
    Failed,
    /// It was interrupted and can go on.
    Interrupted,
}

/// The file that keeps what the sweep of a folder is.
const SWEEP: &str = "sweep.toml";
/// Failed jobs that are told in full.
const TOLD: usize = 10;

/// The `main` of a program of sweeps: 0 when all was done, 130 when it was interrupted, 1 when something was wrong.
pub fn main(flags: &Flags, known: &Configs) -> ExitCode {
    match Interrupt::on_ctrl_c().map_err(Failure::from).and_then(|interrupt| run(flags, known, &interrupt)) {
        Ok(Ended::Complete) => exit(Ok(())),
        Ok(Ended::Failed) => ExitCode::FAILURE,
        // As a shell reports a program that Ctrl-C ended.
        Ok(Ended::Interrupted) => ExitCode::from(130),
        Err(failure) => exit(Err(failure)),
    }
}

/// Does what the flags say; `known` are the sweeps that can be asked for by name.
///
/// # Errors
/// If the sweep or one of its settings has mistakes, before anything is run; if its folder cannot be written or is
/// something else's; if a process cannot be started.
pub fn run(flags: &Flags, known: &Configs, interrupt: &Interrupt) -> Result<Ended, Failure> {
    let Some(source) = flags.sweep.as_ref().filter(|_| !flags.list) else {
        print(&known.to_string());
        return Ok(Ended::Complete);
    };
    let (name, text) = find(source, known)?;
    let mut sweep: Sweep =
        config::read(&text, &flags.set).or_help(format!("correct {source}, or the values of --set"))?;
    // A file lies beside that of the sweep.
    let beside = Path::new(source).parent().filter(|_| known.get(source).is_none());
    sweep.config = sweep.config.map(|config| of_file(config, beside)).transpose()?;
    if !(flags.write || flags.summarise || flags.dry_run) {
        check_machine(flags)?;
    }
    let folder = flags.output.clone().unwrap_or_else(|| Path::new("runs/sweeps").join(&name));
    check_folder(&folder, &sweep)?;
    let here = std::env::current_exe()?;
    let program = Program::of(&sweep.study, here.parent().unwrap_or(Path::new("")))?;
    let data_dir = flags.data_dir.as_ref().map(absolute).transpose()?;
    let plan = Plan::new(sweep, program, flags.threads, data_dir.as_deref())?;
    if plan.repeated > 0 {
        tell(format_args!(
            "note: {} settings come to the same configuration as others and are run once",
            plan.repeated
        ));
    }
    let others = others(&plan, &folder);
    if others > 0 {
        tell(format_args!(
            "note: {others} runs in {} are of settings that the sweep does not have (any more); they stay and are left \
             out",
            folder.display()
        ));
    }
    if flags.dry_run {
        print(&listed(&plan, &folder));
        return Ok(Ended::Complete);
    }
    if !flags.summarise {
        prepare(&folder)?;
        scripts::replace(&folder.join(SWEEP), &toml::to_string(&plan.sweep)?)?;
        scripts::write(&plan, &name, &folder, flags.at_a_time(), flags.threads)?;
    }
    if flags.write {
        let file = |name: &str| folder.join(name).display().to_string();
        let (count, jobs) = (plan.jobs.len(), file(scripts::JOBS));
        let folder = shlex::try_quote(&folder.display().to_string())?.into_owned();
        print(&format!(
            "{count} jobs in {jobs}\nGNU parallel: {}\nSLURM: cd {folder} && sbatch {}\n",
            shlex::try_quote(&file(scripts::PARALLEL))?,
            scripts::SLURM
        ));
        return Ok(Ended::Complete);
    }
    let mut result = Ended::Complete;
    if !flags.summarise {
        let ended = work(&plan, &folder, flags.at_a_time(), interrupt)?;
        tell_failures(&plan, &ended.failed);
        if ended.interrupted {
            let left = plan.jobs.len() - plan.finished(&folder).len();
            tell(format_args!("interrupted with {left} runs to go: the same command goes on where they are"));
            return Ok(Ended::Interrupted);
        }
        if !ended.failed.is_empty() {
            result = Ended::Failed;
        }
    }
    print(&summary::summarise(&plan, &folder)?);
    Ok(result)
}

/// The name of a sweep and its text.
fn find(source: &str, known: &Configs) -> Result<(String, String), Failure> {
    if let Some(text) = known.get(source) {
        return Ok((source.to_owned(), text.to_owned()));
    }
    let path = Path::new(source);
    let text = fs::read_to_string(path).map_err(|error| {
        let names: Vec<&str> = known.names().collect();
        let failure = Failure::new(format!("{source} is no sweep and no file: {error}"));
        let failure = match config::nearest(source, &names) {
            Some(meant) => failure.help(format!("did you mean {meant}?")),
            None => failure,
        };
        failure.help("sweep --list says what sweeps there are")
    })?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok((name, text))
}

/// Whether this machine can do what is asked for at a time.
fn check_machine(flags: &Flags) -> Result<(), Failure> {
    let jobs = flags.at_a_time();
    let threads = jobs.saturating_mul(flags.threads as usize);
    match cli::at_most(threads) {
        Ok(_) => Ok(()),
        Err(most) => Err(Failure::new(format!(
            "--jobs and --threads ask for {jobs} processes of {} threads at a time, {threads} in all: {most}",
            flags.threads
        ))),
    }
}

/// Runs in the folder that are none of the sweep's.
fn others(plan: &Plan, folder: &Path) -> usize {
    let known: HashSet<&str> = plan.jobs.iter().map(|job| job.name.as_str()).collect();
    let is_other = |entry: &DirEntry| {
        let name = entry.file_name();
        let is_known = name.to_str().is_some_and(|name| known.contains(name));
        !is_known && entry.path().join("config.toml").is_file()
    };
    fs::read_dir(folder).into_iter().flatten().flatten().filter(is_other).count()
}

/// A configuration by its name as it is, by its file from the root.
fn of_file(config: String, beside: Option<&Path>) -> Result<String, Failure> {
    if Path::new(&config).extension().is_none_or(|extension| extension != "toml") {
        return Ok(config);
    }
    let path = absolute(beside.unwrap_or(Path::new("")).join(&config))?;
    Ok(path.display().to_string())
}

/// Refuses a folder with anything else in it.
fn check_folder(folder: &Path, sweep: &Sweep) -> Result<(), Failure> {
    let refused = |what: &str| {
        Err(Failure::new(format!("the folder {} {what}", folder.display())).help("give another one with --output DIR"))
    };
    match fs::read_to_string(folder.join(SWEEP)) {
        Ok(text) => {
            // What it varied may have changed since; what it is of may not.
            let there = text.parse::<toml::Table>().ok();
            match there.as_ref().and_then(|there| there.get("study")).and_then(toml::Value::as_str) {
                Some(study) if study == sweep.study => Ok(()),
                Some(study) => refused(&format!("holds a sweep of {study}")),
                None => refused("has a sweep.toml that is no sweep's"),
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => match fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            // Such as a sweep leaves that was killed in its first moment.
            Ok(mut entries) => {
                let begun = |name: &OsStr| name == "logs" || name == CONFIGS || name == scripts::TEMPORARY;
                let begun = entries.all(|entry| entry.is_ok_and(|entry| begun(&entry.file_name())));
                if begun { Ok(()) } else { refused("is neither empty nor that of a sweep") }
            }
            Err(error) => refused(&format!("cannot be read: {error}")),
        },
        Err(error) => refused(&format!("cannot be used: {error}")),
    }
}

fn listed(plan: &Plan, folder: &Path) -> String {
    let mut text = format!(
        "{} runs of {} in {}: {} settings, {} seeds\n",
        plan.jobs.len(),
        plan.sweep.study,
        folder.display(),
        plan.settings.len(),
        plan.sweep.seeds.len()
    );
    for (index, job) in plan.jobs.iter().enumerate() {
        let state = match job.state(folder) {
            State::New => "new",
            State::Begun => "begun",
            State::Done => "done",
        };
        let setting = &plan.settings[job.setting];
        let _ = writeln!(text, "{:>4}  {}  {state:<5}  {setting}, seed {}", index + 1, job.name, job.seed);
    }
    text
}

fn tell_failures(plan: &Plan, failed: &[FailedJob]) {
    for FailedJob { job, status, tail, log } in failed.iter().take(TOLD) {
        let job = &plan.jobs[*job];
        let tail = tail.replace('\n', "\n    ");
        tell(format_args!(
            "{} ({}) failed: {status}\n    {tail}\n  all of it is in {}",
            job.name,
            plan.settings[job.setting],
            log.display()
        ));
    }
    if failed.len() > TOLD {
        tell(format_args!("... and {} more", failed.len() - TOLD));
    }
    if !failed.is_empty() {
        tell(format_args!("{} of {} runs failed; the same command tries them again", failed.len(), plan.jobs.len()));
    }
}
