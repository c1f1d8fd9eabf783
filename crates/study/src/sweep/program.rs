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
        Err(Failure::new(format!("there is no program {}, that of the study {study}", path.display()))
            .help(format!("build it: cargo build{release} -p experiments --bin {study}")))
    }

    /// What a run with these flags would be; otherwise what is wrong.
    ///
    /// # Errors
    /// What the program says about its configuration.
    pub fn check(&self, flags: &[String]) -> Result<Resolved, String> {
        let output = Command::new(&self.path).args(flags).arg("--check").stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("cannot run {}: {error}", self.path.display()))?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            let told = told.trim();
            let told = told.strip_prefix("error: ").unwrap_or(told);
            return Err(if told.is_empty() { output.status.to_string() } else { told.to_owned() });
        }
        Resolved::of(&String::from_utf8_lossy(&output.stdout))
    }
}

/// A configuration with all its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The name of the folder of its run, without its seed: `mnist-1f0c23ab`.
    pub stem: String,
    /// The configuration as TOML, without its seed.
    pub config: String,
    /// Names of the final figures of its run, if they are known.
    pub figures: Vec<String>,
}

const FIGURES: &str = "# figures: ";

impl Resolved {
    /// From what `--check` prints: the path and perhaps the figures as comments, then the configuration with its seed.
    fn of(checked: &str) -> Result<Self, String> {
        let table: Table = checked.parse().map_err(|error| format!("--check printed what is no TOML: {error}"))?;
        if table.get("dataset").and_then(Value::as_str) == Some("auto") {
            return Err(
                "dataset: is \"auto\", and jobs that run elsewhere or later may find another one; name it, as in \
                        set.dataset = \"mnist\""
                    .to_owned(),
            );
        }
        let path = checked.lines().next().and_then(|line| line.strip_prefix("# ")).map(Path::new);
        let name = path.and_then(Path::file_name).and_then(|name| name.to_str());
        let seed = table.get("seed").and_then(Value::as_integer);
        let stem = name.zip(seed).and_then(|(name, seed)| name.strip_suffix(&format!("-s{seed}")));
        let stem = stem.ok_or_else(|| "--check printed no folder with a seed".to_owned())?.to_owned();
        let figures = checked.lines().find_map(|line| line.strip_prefix(FIGURES));
        let figures = figures.map(serde_json::from_str).transpose();
        let figures = figures.map_err(|error| format!("--check printed figures that are no list: {error}"))?;
        let is_head = |line: &&str| line.starts_with('#') || line.starts_with("seed = ");
        let config = checked.lines().skip_while(is_head).fold(String::new(), |text, line| text + line + "\n");
        Ok(Self { stem, config, figures: figures.unwrap_or_default() })
    }

    /// The hash in the name.
    pub fn hash(&self) -> &str {
        self.stem.rsplit('-').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_known_without_its_seed() {
        let config = "dataset = \"mnist\"\n\n[training]\nsteps = 3\n";
        let with = |figures: &str| format!("# runs/vae_mnist/mnist-1f0c23ab-s12\n{figures}seed = 12\n{config}");
        for (told, figures) in
            [("", vec![]), ("# figures: [\"a, test\", \"b\"]\n", vec!["a, test".to_owned(), "b".to_owned()])]
        {
            let resolved = Resolved::of(&with(told)).unwrap();
            assert_eq!((resolved.hash(), &resolved.figures), ("1f0c23ab", &figures));
            assert_eq!((resolved.stem.as_str(), resolved.config.as_str()), ("mnist-1f0c23ab", config));
        }
        assert!(Resolved::of("# somewhere\nseed = 1\ndataset = \"auto\"\n").unwrap_err().contains("set.dataset"));
        for bad in ["", "seed = 1\n", "# runs/a-s2\nseed = 1\n", "# a-s1\n", "usage: study", &with("# figures: a\n")] {
            assert!(Resolved::of(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_told_how_to_build() {
        let told = Program::of("vae_mnist", Path::new("/nowhere/release")).unwrap_err().to_string();
        assert!(told.contains("/nowhere/release/vae_mnist") && told.contains("cargo build --release"), "{told}");
    }
}
