//! What the results depend on beside the configuration.

use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

/// Where the data of a run came from.
#[derive(Clone, Debug, Serialize)]
pub struct DataSource {
    /// The data set's name, for example `mnist`.
    pub name: String,
    /// Where it was found or how it was made.
    pub origin: String,
    /// SHA-256 of the unpacked content of each file, by file name.
    pub sha256: BTreeMap<String, String>,
}

/// The content of `manifest.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// The study that the run is of, by the name of its program.
    pub study: String,
    /// When the run started, UTC, RFC 3339.
    pub started: String,
    /// The command line as given.
    pub command: Vec<String>,
    /// The version of the crates that computed the results; the workspace releases all under one.
    pub version: String,
    /// The commit of the source tree, if it is a git repository and `git` is there; `-dirty` is
    /// appended when tracked files differ from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether the program was built with debug assertions.
    pub debug_assertions: bool,
    /// The data sets, with their checksums.
    pub data: Vec<DataSource>,
    /// How each player is trained, in words; the numbers are those of the configuration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub optimizers: Vec<String>,
    /// Worker threads. Results do not depend on it; times do.
    pub threads: usize,
    /// The name of the processor.
    pub cpu: String,
    /// Logical processors that the run may use.
    pub cores: usize,
    /// Main memory in bytes.
    pub memory_bytes: u64,
    /// The operating system and its version.
    pub os: String,
    /// The processor architecture, as `x86_64`.
    pub arch: String,
}

impl Manifest {
    /// Describes a run of this study on this machine, by this program, at this moment.
    pub fn new(study: &str, threads: usize, data: Vec<DataSource>) -> Self {
        let mut system = sysinfo::System::new();
        system.refresh_memory();
        system.refresh_cpu_list(sysinfo::CpuRefreshKind::nothing());
        let cpu = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned()).filter(|name| !name.is_empty());
        Self {
            study: study.to_owned(),
            started: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            command: std::env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: commit(Path::new(env!("CARGO_MANIFEST_DIR"))),
            debug_assertions: cfg!(debug_assertions),
            data,
            optimizers: Vec::new(),
            threads,
            cpu: cpu.unwrap_or_else(|| "unknown".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, Into::into),
            memory_bytes: system.total_memory(),
            os: sysinfo::System::long_os_version().unwrap_or_else(|| std::env::consts::OS.to_owned()),
            arch: std::env::consts::ARCH.to_owned(),
        }
    }
}

impl Manifest {
    /// The name of the study that the run in a folder is of, if its manifest can be read.
    pub fn study_of(folder: &Path) -> Option<String> {
        let text = std::fs::read(folder.join("manifest.json")).ok()?;
        let manifest: serde_json::Value = serde_json::from_slice(&text).ok()?;
        Some(manifest.get("study")?.as_str()?.to_owned())
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn commit(folder: &Path) -> Option<String> {
    let commit = git(folder, &["rev-parse", "HEAD"])?;
    let changes = git(folder, &["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changes.is_empty() { commit } else { commit + "-dirty" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_machine_and_moment() {
        let manifest = Manifest::new("fista_mnist", 2, Vec::new());
        assert!(manifest.cores >= 1 && manifest.memory_bytes > 0 && !manifest.cpu.is_empty());
        assert!(humantime::parse_rfc3339(&manifest.started).is_ok());
        assert_eq!(manifest.threads, 2);
    }

    #[test]
    fn outside_a_repository_there_is_no_commit() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(commit(folder.path()), None);
        let json =
            serde_json::to_value(Manifest { commit: None, ..Manifest::new("fista_mnist", 1, Vec::new()) }).unwrap();
        assert!(json.get("commit").is_none());
    }

    #[test]
    fn a_commit_is_named_in_full() {
        let Some(commit) = commit(Path::new(env!("CARGO_MANIFEST_DIR"))) else {
            latent_needs::skipped("the source tree is no git repository, or git is missing");
            return;
        };
        let hash = commit.trim_end_matches("-dirty");
        assert!(hash.len() >= 40 && hash.chars().all(|c| c.is_ascii_hexdigit()), "{commit}");
    }
}
