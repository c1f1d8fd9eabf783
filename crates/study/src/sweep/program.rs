//! The program of a study, as a sweep uses it.

use crate::failure::Failure;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use toml::{Table, Value};

/// The program of a study.
#[derive(Clone, Debug)]
pub struct Program {
    /// Where it is, from the root.
    pub path: PathBuf,
}

impl Program {
    /// That of this study in a folder: as a rule the one that the sweep's own program is in.
    ///
    /// # Errors
    /// If it is not there.
    pub fn of(study: &str, folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(format!("{study}{}", std::env::consts::EXE_SUFFIX));
        if path.is_file() {
            return Ok(Self { path });
        }
        let release = if folder.ends_with("release") { " --release" } else { "" };
        Err(Failure::new(format!("study: there is no program {}", path.display()))
            .help(format!("build it: cargo build{release} -p experiments --bin {study}")))
    }

    /// The name of the folder that a run with these flags would have, without its seed; otherwise what is wrong.
    ///
    /// # Errors
    /// What the program says about its configuration.
    pub fn check(&self, flags: &[String]) -> Result<String, String> {
        let output = Command::new(&self.path).args(flags).arg("--check").stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("cannot run {}: {error}", self.path.display()))?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            let told = told.trim();
            let told = told.strip_prefix("error: ").unwrap_or(told);
            return Err(if told.is_empty() { output.status.to_string() } else { told.to_owned() });
        }
        folder_of(&String::from_utf8_lossy(&output.stdout))
    }
}

/// From what `--check` prints: the path as a comment, then the configuration with its seed.
fn folder_of(checked: &str) -> Result<String, String> {
    let table: Table = checked.parse().map_err(|error| format!("--check printed what is no TOML: {error}"))?;
    if table.get("dataset").and_then(Value::as_str) == Some("auto") {
        return Err("dataset: is \"auto\", and jobs that run elsewhere or later may find another one; name it, as in \
                    set.dataset = \"mnist\""
            .to_owned());
    }
    let path = checked.lines().next().and_then(|line| line.strip_prefix("# ")).map(Path::new);
    let name = path.and_then(Path::file_name).and_then(|name| name.to_str());
    let seed = table.get("seed").and_then(Value::as_integer);
    let stem = name.zip(seed).and_then(|(name, seed)| name.strip_suffix(&format!("-s{seed}")));
    stem.map(str::to_owned).ok_or_else(|| "--check printed no folder with a seed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_run_is_known_without_its_seed() {
        let checked = "# runs/vae_mnist/mnist-1f0c23ab-s12\nseed = 12\ndataset = \"mnist\"\n";
        assert_eq!(folder_of(checked).unwrap(), "mnist-1f0c23ab");
        assert!(folder_of("# somewhere\nseed = 1\ndataset = \"auto\"\n").unwrap_err().contains("set.dataset"));
        for bad in ["", "seed = 1\n", "# runs/a-s2\nseed = 1\n", "# a-s1\n", "usage: study"] {
            assert!(folder_of(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_told_how_to_build() {
        let told = Program::of("vae_mnist", Path::new("/nowhere/release")).unwrap_err().to_string();
        assert!(told.contains("/nowhere/release/vae_mnist") && told.contains("cargo build --release"), "{told}");
    }
}
