//! From flags to a finished run.

use super::dry_run::dry_run;
use super::resolve::resolve;
use super::{Configs, Flags, Study, StudyConfig};
use crate::failure::{Failure, exit};
use clap::{CommandFactory, FromArgMatches};
use latent_numeric::ranks::{Alone, Ranks};
use latent_train::interrupt::Interrupt;
use latent_train::processes::Processes;
use latent_train::report;
use latent_train::run::Place;
use latent_train::session::{Options, Resume, Session, SessionError, follow};
use latent_train::tell::tell;
use latent_train::{Executor, Source, StopReason, TaskError};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

/// The `main` of a study's binary: 0 when it came to its end, 130 when it was interrupted, 1 when something was wrong.
pub fn main<S: Study>() -> ExitCode {
    let command = Flags::command().name(S::NAME).about(S::ABOUT);
    let flags = Flags::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit());
    let configs = Configs::embedded(S::NAME);
    let processes = match Processes::started() {
        Ok(processes) => processes,
        Err(error) => return exit(Err(error.help().into_iter().fold(error.into(), Failure::help))),
    };
    let ranks = processes.ranks();
    let ended = Interrupt::on_ctrl_c().map_err(Failure::from);
    match ended.and_then(|interrupt| run_on::<S>(&flags, &configs, &interrupt, &ranks)) {
        Ok(complete) => {
            processes.finish();
            // As a shell reports a program that Ctrl-C ended.
            if complete { ExitCode::SUCCESS } else { ExitCode::from(130) }
        }
        Err(failure) => {
            processes.fail(&failure);
            exit(Err(failure))
        }
    }
}

/// Does what the flags say; whether it came to its end, or was interrupted and can go on.
///
/// # Errors
/// If the configuration has mistakes, data cannot be loaded, the run folder cannot be written or is of another run, or
/// a number was not finite.
pub fn run<S: Study>(flags: &Flags, configs: &Configs, interrupt: &Interrupt) -> Result<bool, Failure> {
    let alone: Arc<dyn Ranks> = Arc::new(Alone);
    run_on::<S>(flags, configs, interrupt, &alone)
}

/// [`run`] as one of several processes that train together: the first makes the run folder, the pictures and the report.
///
/// # Errors
/// As [`run`], and if the processes were given different things.
pub fn run_on<S: Study>(
    flags: &Flags,
    configs: &Configs,
    interrupt: &Interrupt,
    ranks: &Arc<dyn Ranks>,
) -> Result<bool, Failure> {
    let first = ranks.rank() == 0;
    if flags.list {
        if first {
            print(&configs.to_string());
        }
        return Ok(true);
    }
    let (config, seed) = resolve::<S::Config>(flags, configs)?;
    if flags.dry_run && !first {
        return Ok(true);
    }
    let common = flags.common(Default::default(), seed);
    common.on_threads(|| on_threads::<S>(flags, config, seed, interrupt, ranks))?
}

fn on_threads<S: Study>(
    flags: &Flags,
    mut config: S::Config,
    seed: u64,
    interrupt: &Interrupt,
    ranks: &Arc<dyn Ranks>,
) -> Result<bool, Failure> {
    let common = flags.common(*config.dataset(), seed);
    let first = ranks.rank() == 0;
    // What has to be downloaded is there when the others look for it.
    if !first {
        ranks.wait();
    }
    let loaded = S::data(&config, &common)?;
    if first && !flags.dry_run {
        ranks.wait();
    }
    if let Some(note) = &loaded.note {
        tell(format_args!("note: {note}"));
    }
    *config.dataset() = loaded.dataset;
    let (config, data) = (&config, &loaded.splits);
    if flags.dry_run {
        print(&dry_run::<S>(config, data, seed)?);
        return Ok(true);
    }
    let task = S::task(config, data, seed)?;
    let train = S::train(config, data, seed)?;
    let validation = S::validation(config, data, seed)?;
    let training = config.training();
    let players = S::players(config, &task, training.total_steps(train.batches()))?;
    let executor = Executor::new(&task, &train, players, S::settings(config, seed)).map_err(failure)?;
    let mut executor = executor.on(ranks.clone());
    if let Some(validation) = &validation {
        executor = executor.validate(validation);
    }
    let place = match flags.resumed() {
        Some(folder) => Place::Exactly(folder.clone()),
        None => Place::new(flags.output.as_deref(), S::NAME, &loaded.dataset.to_string()),
    };
    let resume = match &flags.resume {
        None => Resume::New,
        Some(None) => Resume::IfBegun,
        Some(Some(_)) => Resume::Required,
    };
    let options = Options {
        place,
        resume,
        seed,
        threads: common.thread_count(),
        data: loaded.sources(),
        training,
        interrupt: interrupt.clone(),
    };
    if !first {
        let outcome = follow(executor, config, options).map_err(|error| failure(error.into()))?;
        return match outcome.reason {
            StopReason::NotFinite(trouble) => Err(Failure::new(format!("training stopped: {trouble}"))),
            StopReason::Interrupted => Ok(false),
            StopReason::Finished | StopReason::Early(_) => Ok(true),
        };
    }
    let session = Session::start(executor, config, options).map_err(|error| failure(error.into()))?;
    let ended = S::attach(session, config, data)?.run().map_err(|error| failure(error.into()))?;
    let (message, help) = (ended.message(), ended.help());
    if matches!(ended.outcome.reason, StopReason::NotFinite(_)) {
        let failure = Failure::new(message);
        return Err(help.into_iter().fold(failure, Failure::help));
    }
    let complete = ended.is_complete();
    let about = if complete { S::finish(config, &task, data, &ended)? } else { report::Study::new(S::NAME, S::ABOUT) };
    let folder = ended.finish()?;
    // After `DONE`, as a report says whether its run is finished.
    report::write(&folder, &about)?;
    tell(format_args!("{message}\nresults in {}", folder.display()));
    if let Some(help) = help {
        tell(format_args!("help: {help}"));
    }
    Ok(complete)
}

/// With the help that errors of a session carry.
fn failure(error: TaskError) -> Failure {
    let error = error.downcast::<SessionError>().map_or_else(SessionError::from, |error| *error);
    error.help().into_iter().fold(Failure::new(error.to_string()), Failure::help)
}

/// Whoever read along may have left, as `head` does.
fn print(text: &str) {
    let _ = write!(std::io::stdout(), "{text}");
}
