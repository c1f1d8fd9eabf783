//! Jobs in parallel processes.

use super::plan::{CONFIGS, Job, Plan, State};
use super::summary::missing_figures;
use crate::failure::{Failure, OrHelp};
use latent_train::interrupt::Interrupt;
use latent_train::progress::Progress;
use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime};
use sysinfo::{Pid, ProcessesToUpdate, Signal, System};

/// How often processes are looked at.
const POLL: Duration = Duration::from_millis(20);
/// Lines of a log that are shown.
const SHOWN: usize = 6;

/// How the jobs ended.
#[derive(Debug, Default)]
pub struct Ended {
    /// Those that failed.
    pub failed: Vec<FailedJob>,
    /// Whether the sweep was interrupted.
    pub interrupted: bool,
}

/// A job that failed.
#[derive(Debug)]
pub struct FailedJob {
    /// Which, counted from zero.
    pub job: usize,
    /// How its process ended.
    pub status: String,
    /// What it said last.
    pub tail: String,
    /// Where all of it is.
    pub log: PathBuf,
}

struct Running {
    job: usize,
    child: Child,
    log: PathBuf,
    /// Where what it says begins in the log.
    from: u64,
}

enum Start {
    Running(Running),
    /// Another process has it.
    Taken,
    Done,
}

/// Runs all jobs that are not finished, so many at a time.
///
/// A job's process is a group of its own, so that Ctrl-C reaches the sweep alone, which asks each job to stop, once. It
/// holds a lock on its log while it lives, whatever becomes of the sweep: no other sweep begins the same run meanwhile.
///
/// # Errors
/// If a process cannot be started or a log not be written. Jobs that run then go on to their end.
pub fn work(plan: &Plan, folder: &Path, at_a_time: usize, interrupt: &Interrupt) -> Result<Ended, Failure> {
    let (mut ended, mut running) = (Ended::default(), Vec::new());
    let mut queue: VecDeque<usize> =
        (0..plan.jobs.len()).filter(|&job| plan.jobs[job].state(folder) != State::Done).collect();
    if queue.is_empty() {
        return Ok(ended);
    }
    let (total, before) = (plan.jobs.len() as u64, (plan.jobs.len() - queue.len()) as u64);
    let progress = Progress::going_on(&format!("sweep of {}", plan.sweep.study), total, "runs", before);
    let (mut told, mut looked_at, mut shown) = (false, false, String::new());
    while !(queue.is_empty() && running.is_empty()) {
        if interrupt.raised() && !ended.interrupted {
            ended.interrupted = true;
            queue.clear();
            running.iter().for_each(|running: &Running| ask_to_stop(&running.child));
        }
        for _ in 0..queue.len() {
            if running.len() >= at_a_time {
                break;
            }
            let Some(job) = queue.pop_front() else { break };
            match start(plan, job, folder)? {
                Start::Running(started) => running.push(started),
                Start::Done => progress.advance(1),
                Start::Taken => {
                    if !told {
                        progress.line(&format!("note: {} is run by another process", plan.jobs[job].name));
                        told = true;
                    }
                    queue.push_back(job);
                }
            }
        }
        let mut alive = Vec::new();
        for mut running in running {
            let Some(status) = running.child.try_wait()? else {
                alive.push(running);
                continue;
            };
            let job = &plan.jobs[running.job];
            if job.state(folder) == State::Done {
                progress.advance(1);
                if !looked_at {
                    looked_at = true;
                    let missing = missing_figures(plan, &folder.join(&job.name))?;
                    missing.iter().for_each(|missing| progress.line(&format!("note: {missing}")));
                }
            } else if !ended.interrupted {
                let failed = failed(&running, status);
                progress.line(&format!("{} failed: {}", job.name, failed.status));
                ended.failed.push(failed);
            }
        }
        running = alive;
        let now = match ended.failed.len() {
            0 => format!("{} at work", running.len()),
            failed => format!("{} at work, {failed} failed", running.len()),
        };
        if now != shown {
            progress.note(&now);
            shown = now;
        }
        sleep(POLL);
    }
    progress.note("");
    progress.finish();
    Ok(ended)
}

fn start(plan: &Plan, index: usize, folder: &Path) -> Result<Start, Failure> {
    let job: &Job = &plan.jobs[index];
    let path = folder.join("logs").join(format!("{}.log", job.name));
    let cannot = |error| Failure::new(format!("the log {} could not be written: {error}", path.display()));
    let mut log = OpenOptions::new().append(true).create(true).open(&path).map_err(cannot)?;
    // Where files cannot be locked, it goes without.
    if let Err(TryLockError::WouldBlock) = log.try_lock() {
        return Ok(Start::Taken);
    }
    if job.state(folder) == State::Done {
        return Ok(Start::Done);
    }
    let flags = plan.flags(job);
    let command = shlex::try_join([plan.sweep.study.as_str()].into_iter().chain(flags.iter().map(String::as_str)))?;
    let moment = humantime::format_rfc3339_seconds(SystemTime::now());
    writeln!(log, "-- {moment}: {command}").map_err(cannot)?;
    let from = log.metadata().map_err(cannot)?.len();
    let mut child = Command::new(&plan.program.path);
    child.args(flags).current_dir(folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    // Relative to the folder that the sweep was started in.
    if let Some(data) = std::env::var_os("LATENT_DATA_DIR").filter(|data| !data.is_empty()) {
        child.env("LATENT_DATA_DIR", std::path::absolute(data)?);
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut child, 0);
    let child = child
        .spawn()
        .map_err(|error| Failure::new(format!("{} could not be started: {error}", plan.program.path.display())))?;
    Ok(Start::Running(Running { job: index, child, log: path, from }))
}

/// As Ctrl-C would; where there are no signals, the job goes on to its end.
fn ask_to_stop(child: &Child) {
    let pid = Pid::from_u32(child.id());
    let mut system = System::new();
    system.refresh_processes(ProcessesToUpdate::Some(&[pid]), false);
    if let Some(process) = system.process(pid) {
        process.kill_with(Signal::Term);
    }
}

fn failed(running: &Running, status: ExitStatus) -> FailedJob {
    let status = match status.code() {
        Some(0) => "it ended well, but its run has no DONE".to_owned(),
        Some(130) => "it was interrupted".to_owned(),
        _ => status.to_string(),
    };
    // Without its log there is still its status.
    let tail = tail(&running.log, running.from).unwrap_or_default();
    FailedJob { job: running.job, status, tail, log: running.log.clone() }
}

/// The last lines after a place in a file.
fn tail(path: &Path, from: u64) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    Ok(lines[lines.len().saturating_sub(SHOWN)..].join("\n"))
}

/// Makes the folders that jobs write into.
///
/// # Errors
/// If the system refuses.
pub fn prepare(folder: &Path) -> Result<(), Failure> {
    for name in ["logs", CONFIGS] {
        fs::create_dir_all(folder.join(name)).or_help("give a folder that you may write to with --output DIR")?;
    }
    Ok(())
}
