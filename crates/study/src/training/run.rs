//! From flags to a finished run.

use super::dry_run::dry_run;
use super::resolve::resolve;
use super::{Configs, Flags, Study, StudyConfig, Work};
use crate::cli::exit_with;
use crate::data;
use crate::data::StudyData;
use crate::failure::{Failure, exit};
use crate::print::print;
use crate::results::Results;
use crate::sweep;
use crate::trained::Verb;
use crate::{DatasetChoice, DatasetName};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, CommandFactory, FromArgMatches, Subcommand};
use latent_numeric::ranks::{Alone, Ranks};
use latent_report as report;
use latent_train::config::Override;
use latent_train::interrupt::Interrupt;
use latent_train::processes::Processes;
use latent_train::run::{Place, RunError, config_hash};
use latent_train::session::{Options, Resume, Session, SessionError, follow};
use latent_train::tell::tell;
use latent_train::{Executor, Outcome, Source, StopReason, TaskError};
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The `main` of a study's binary: 0 when it came to its end, 130 when it was interrupted, 1 when something was wrong.
pub fn main<S: Study>() -> ExitCode {
    let flags = match arguments::<S>(std::env::args_os()).unwrap_or_else(|error| exit_with(&error)) {
        Asked::Verb(verb) => return exit(verb.run::<S>()),
        Asked::Sweep(flags) => return sweep::main(&flags, &Configs::default()),
        Asked::Train(flags) => flags,
    };
    let configs = S::configs();
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
            if complete { exit(Ok(())) } else { ExitCode::from(130) }
        }
        Err(failure) => {
            processes.fail(&failure);
            exit(Err(failure))
        }
    }
}

/// The subcommand that runs the study over many settings.
const SWEEP: &str = "sweep";

/// What a command line asks for.
#[derive(Debug)]
pub enum Asked {
    /// To train, or to show what would be trained.
    Train(Flags),
    /// To use the model of a finished run.
    Verb(Verb),
    /// To run the study over many settings and seeds.
    Sweep(sweep::Flags),
}

/// What a command line asks of a study's program; the study's own flags are among those of training.
///
/// # Errors
/// If a flag is not there, its value cannot be read, or it says something else than a `--set` of the same key: what to
/// print, which may be the help that was asked for.
pub fn arguments<S: Study>(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, clap::Error> {
    let own = S::SHORTHANDS.iter().map(|flag| {
        let argument = Arg::new(flag.flag).long(flag.flag).value_name(flag.value).allow_hyphen_values(true);
        let argument = argument.help(format!("{}; short for --set {}={}", flag.help, flag.key, flag.value));
        if flag.values.is_empty() { argument } else { argument.value_parser(PossibleValuesParser::new(flag.values)) }
    });
    let flags = Flags::command().mut_arg("dataset", dataset_flag::<S::Config>);
    let command = Verb::augment_subcommands(flags.name(S::NAME).args(own));
    let command = command.subcommand(sweep::Flags::command().name(SWEEP));
    let command = command.subcommand_required(false).args_conflicts_with_subcommands(true);
    // What the types say of themselves is for programmers.
    let mut command = command.about(S::ABOUT).long_about(S::ABOUT);
    let matches = command.try_get_matches_from_mut(arguments)?;
    if let Some((SWEEP, matches)) = matches.subcommand() {
        return Ok(Asked::Sweep(sweep::Flags::from_arg_matches(matches)?));
    }
    if matches.subcommand().is_some() {
        return Ok(Asked::Verb(Verb::from_arg_matches(&matches)?));
    }
    let mut flags = Flags::from_arg_matches(&matches)?;
    let mut short = Vec::new();
    for flag in S::SHORTHANDS {
        if let Some(value) = matches.get_one::<String>(flag.flag) {
            let value = flag.to_set(value).map_err(|error| command.error(ErrorKind::ValueValidation, error))?;
            short.push((flag.flag, value));
        }
    }
    if let Some(dataset) = flags.dataset.take() {
        let value = format!("dataset={dataset}").parse::<Override>();
        short.push(("dataset", value.map_err(|error| command.error(ErrorKind::ValueValidation, error))?));
    }
    for (flag, value) in &short {
        if let Some(other) = flags.set.iter().find(|set| set.key() == value.key() && set.value() != value.value()) {
            let message = format!("--{flag} and --set {}={} say different things", other.key(), other.value());
            return Err(command.error(ErrorKind::ArgumentConflict, message));
        }
    }
    flags.set.splice(0..0, short.into_iter().map(|(_, value)| value));
    Ok(Asked::Train(flags))
}

/// The flag `--dataset` with the data sets that there are; of a study that has no choice it is not shown.
fn dataset_flag<C: StudyConfig>(flag: Arg) -> Arg {
    if C::DATASETS.is_empty() {
        let refused = |_: &str| Err::<DatasetName, _>("this study has no data sets to choose from");
        return flag.hide(true).value_parser(refused);
    }
    let value = |choice: &'static DatasetChoice| PossibleValue::new(choice.name.as_str()).help(choice.about);
    let names = PossibleValuesParser::new(C::DATASETS.iter().map(value));
    flag.value_parser(names.try_map(|name| name.parse::<DatasetName>()))
}

/// The name of the folders of runs of a study that has no choice of data.
const ONLY: &str = "run";

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
    let (mut config, seed) = resolve::<S>(flags, configs)?;
    if config.dataset().is_none_or(|dataset| *dataset != DatasetName::AUTO) {
        check_hash(flags, &config)?;
    }
    if flags.check {
        if first {
            print(&checked::<S>(flags, config, seed)?);
        }
        return Ok(true);
    }
    if flags.dry_run && !first {
        return Ok(true);
    }
    let common = flags.common(Default::default(), seed);
    common.on_threads(|| on_threads::<S>(flags, config, seed, interrupt, ranks))?
}

/// Whether the configuration is the one that the flags expect, if they say.
fn check_hash(flags: &Flags, config: &impl StudyConfig) -> Result<(), Failure> {
    let Some(want) = &flags.hash else { return Ok(()) };
    let hash = config_hash(config)?;
    if hash == *want {
        return Ok(());
    }
    Err(Failure::new(format!("the configuration has the hash {hash}, and --hash is {want}: it is another one"))
        .help("it was changed, or the program was; a sweep that is started again writes its configurations anew"))
}

/// The folder as a comment and the figures that a run leaves as another, then what `config.toml` would hold.
fn checked<S: Study>(flags: &Flags, mut config: S::Config, seed: u64) -> Result<String, Failure> {
    let dataset = config.dataset().cloned();
    let folder = if dataset == Some(DatasetName::AUTO) {
        "which folder it is depends on the data set that is found".to_owned()
    } else {
        place::<S>(flags, dataset.as_ref()).path(&config_hash(&config)?, seed).display().to_string()
    };
    let figures = if S::FIGURES.is_empty() { String::new() } else { format!("# figures: {:?}\n", S::FIGURES) };
    Ok(format!("# {folder}\n{figures}seed = {seed}\n{}", toml::to_string(&config)?))
}

/// The folder of a run that learns from this data set; of a study that has but one data set none is named.
fn place<S: Study>(flags: &Flags, dataset: Option<&DatasetName>) -> Place {
    match flags.resumed() {
        Some(folder) => Place::Exactly(folder.clone()),
        None => Place::new(flags.output.as_deref(), S::NAME, dataset.map_or(ONLY, DatasetName::as_str)),
    }
}

fn on_threads<S: Study>(
    flags: &Flags,
    mut config: S::Config,
    seed: u64,
    interrupt: &Interrupt,
    ranks: &Arc<dyn Ranks>,
) -> Result<bool, Failure> {
    let began = Instant::now();
    let common = flags.common(config.dataset().cloned().unwrap_or_default(), seed);
    data::check_folder(&common)?;
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
    if let Some(dataset) = config.dataset() {
        *dataset = loaded.dataset;
    }
    let dataset = config.dataset().cloned();
    check_hash(flags, &config)?;
    let (config, data) = (&config, &loaded.splits);
    if flags.dry_run {
        print(&dry_run::<S>(config, data, seed)?);
        return Ok(true);
    }
    let work = Work { interrupt: interrupt.clone(), dry_run: false };
    let Some(task) = unless_interrupted(S::task(config, data, seed, &work))? else {
        tell("stopped before the first step: nothing was written");
        return Ok(false);
    };
    let train = S::train(config, data, seed)?;
    let validation = S::validation(config, data, seed)?;
    let training = config.training();
    let players = S::players(config, &task, training.total_steps(train.batches()))?;
    let executor = Executor::new(&task, &train, players, S::settings(config, seed)).map_err(failure)?;
    let mut executor = executor.on(ranks.clone());
    if let Some(prepare) = S::prepare(config, &task, data, seed) {
        executor = executor.prepare(|interrupt| prepare(interrupt).map_err(Failure::into_error));
    }
    if let Some(validation) = &validation {
        executor = executor.evaluate(validation.on, &validation.source);
    }
    let resume = match &flags.resume {
        None => Resume::New,
        Some(None) => Resume::IfBegun,
        Some(Some(_)) => Resume::Required,
    };
    let options = Options {
        study: S::NAME,
        place: place::<S>(flags, dataset.as_ref()),
        resume,
        seed,
        threads: common.thread_count(),
        data: loaded.splits.sources(),
        training,
        interrupt: interrupt.clone(),
    };
    if !first {
        return followed(follow(executor, config, options).map_err(|error| failure(error.into()))?);
    }
    let session = match Session::start(executor, config, options) {
        // Several processes are all to know of it, so that it is an error there.
        Err(SessionError::Run(RunError::Finished { path })) if resume == Resume::IfBegun && ranks.size() == 1 => {
            tell(format_args!("the run is finished: results in {}", path.display()));
            return Ok(true);
        }
        started => started.map_err(|error| failure(error.into()))?,
    };
    let (session, ready) = (S::attach(session, config, data)?, began.elapsed());
    let ended = session.run().map_err(|error| failure(error.into()))?;
    let (message, help) = (ended.message(), ended.help());
    if matches!(ended.outcome.reason, StopReason::NotFinite(_)) {
        report::write(ended.records.folder().path(), &report::Study::new(S::NAME, S::ABOUT))?;
        let failure = Failure::new(message);
        return Err(help.into_iter().fold(failure, Failure::help));
    }
    let finishing = Instant::now();
    let about = if ended.is_complete() || (S::FINISHES_WHEN_INTERRUPTED && ended.prepared) {
        unless_interrupted(S::finish(config, &task, data, &ended))?
    } else {
        None
    };
    let about = about.unwrap_or_else(|| report::Study::new(S::NAME, S::ABOUT));
    let about = with_times(about, ready, finishing.elapsed());
    if !about.summarised && !about.figures.is_empty() {
        Results::from_iter(&about.figures).summarise(&ended.records.folder())?;
    }
    // The last work may have been cut short too.
    let (complete, help) = (ended.is_complete(), ended.help());
    if complete {
        let figure = |figure: &report::Figure| (figure.name.clone(), figure.value.unwrap_or(f64::NAN));
        let figures: Vec<_> = about.figures.iter().map(figure).collect();
        ended.records.final_figures(ended.outcome.step, &figures)?;
    }
    report::write(ended.records.folder().path(), &if complete { about.complete() } else { about })?;
    let folder = ended.finish()?;
    tell(format_args!("{message}\nresults in {}", folder.display()));
    if let Some(help) = help {
        tell(format_args!("help: {help}"));
    }
    Ok(complete)
}

/// The end of a process that is not the first, which alone makes the results.
fn followed(outcome: Outcome) -> Result<bool, Failure> {
    match outcome.reason {
        StopReason::NotFinite(found) => Err(Failure::new(format!("training stopped: {found}"))),
        StopReason::Interrupted => Ok(false),
        StopReason::Finished | StopReason::Early(_) => Ok(true),
    }
}

/// What was asked for, or nothing if somebody asked for the end before it was there.
fn unless_interrupted<T>(result: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(failure) if failure.is_interruption() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// With the times before and after training, in which a study tells its own phases apart.
fn with_times(mut about: report::Study, before: Duration, after: Duration) -> report::Study {
    let told: Duration = about.phases.iter().map(|(_, time)| *time).sum();
    about.phases.insert(0, ("data and model".to_owned(), before));
    about.phase("figures and pictures", after.saturating_sub(told))
}

/// With the help that errors of a session carry.
fn failure(error: TaskError) -> Failure {
    let error = error.downcast::<SessionError>().map_or_else(SessionError::from, |error| *error);
    error.help().into_iter().fold(Failure::new(error.to_string()), Failure::help)
}
