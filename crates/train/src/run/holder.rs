//! Which program works in a run folder.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// The program that holds the lock of a run folder, or held it before it was killed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The name of the program.
    pub program: String,
    /// The number of its process.
    pub process: u32,
    /// The name of the machine that it runs on.
    pub machine: String,
    /// When the process was started, in seconds since 1970.
    pub started: u64,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { program, process, machine, started } = self;
        let started = humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + Duration::from_secs(*started));
        write!(f, "{program} (process {process} on {machine}, started {started})")
    }
}

impl Holder {
    /// This process.
    pub(super) fn this() -> Self {
        let process = std::process::id();
        let program = std::env::current_exe().ok();
        let name = program.as_deref().and_then(Path::file_stem).map(|name| name.to_string_lossy().into_owned());
        Self {
            program: name.unwrap_or_else(|| "a program".to_owned()),
            process,
            machine: machine(),
            started: started(process).unwrap_or(0),
        }
    }

    /// Whether it may still run: no only if that is known.
    pub(super) fn may_run(&self) -> bool {
        self.machine != machine() || started(self.process) == Some(self.started)
    }

    /// Whether the program runs on this machine.
    pub fn is_here(&self) -> bool {
        self.machine == machine()
    }
}

fn machine() -> String {
    System::host_name().unwrap_or_else(|| "this machine".to_owned())
}

/// When a process of this machine was started, if there is one of this number.
fn started(process: u32) -> Option<u64> {
    let pid = Pid::from_u32(process);
    let mut system = System::new();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    system.process(pid).map(sysinfo::Process::start_time)
}
