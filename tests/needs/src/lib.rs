//! What tests need from outside of the workspace, and what happens where it is missing.
//!
//! `LATENT_REQUIRE` lists what must be there, such as `mnist,torch,chromium`: a test that needs it and does not find it
//! fails. What is not listed and not found is told on the error stream, whether or not the test's output is captured, and
//! the test ends there. If `LATENT_SKIPPED` names a file, a line is added to it too, so that skipped tests can be counted.

use std::env;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{Write, stderr};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Something that a machine may have or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The four files of MNIST in the folder `mnist` of `LATENT_DATA_DIR`.
    Mnist,
    /// The photographs of BSDS in the folder `bsds` of `LATENT_DATA_DIR`.
    Bsds,
    /// A Python with PyTorch and safetensors: that of `LATENT_PYTHON`, else `python3`.
    Torch,
    /// A Python with TensorBoard: that of `LATENT_PYTHON`, else `python3`.
    Tensorboard,
    /// The browser that `CHROMIUM` names, or one that is installed.
    Chromium,
    /// The program `mpirun`.
    Mpi,
    /// The program `parallel` of GNU.
    Parallel,
}

const ALL: [(Need, &str, &str); 7] = [
    (Need::Mnist, "mnist", "LATENT_DATA_DIR names no folder with mnist in it"),
    (Need::Bsds, "bsds", "LATENT_DATA_DIR names no folder with bsds in it"),
    (Need::Torch, "torch", "no Python with torch and safetensors; LATENT_PYTHON names one"),
    (Need::Tensorboard, "tensorboard", "no Python with tensorboard; LATENT_PYTHON names one"),
    (Need::Chromium, "chromium", "no Chromium is installed, and CHROMIUM names none"),
    (Need::Mpi, "mpi", "there is no mpirun"),
    (Need::Parallel, "parallel", "there is no GNU parallel"),
];

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().1)
    }
}

impl Need {
    fn row(self) -> (Self, &'static str, &'static str) {
        ALL.into_iter().find(|row| row.0 == self).expect("a row for each")
    }

    /// Where it is: the folder that `LATENT_DATA_DIR` names, or a program. Nothing if the test is to be skipped.
    ///
    /// # Panics
    /// If it is required and missing, or something unknown is required.
    #[track_caller]
    pub fn find(self) -> Option<PathBuf> {
        let required = required(&env::var("LATENT_REQUIRE").unwrap_or_default());
        let found = self.looked_for();
        if found.is_none() {
            let why = self.row().2;
            assert!(!required.contains(&self), "LATENT_REQUIRE has {self}: {why}");
            skipped(why);
        }
        found
    }

    fn looked_for(self) -> Option<PathBuf> {
        match self {
            Self::Mnist => data("mnist"),
            Self::Bsds => data("bsds"),
            Self::Torch => python("torch, safetensors.torch"),
            Self::Tensorboard => python("tensorboard"),
            Self::Chromium => {
                let named = env::var_os("CHROMIUM").map(PathBuf::from).filter(|path| path.is_file());
                let names = ["chromium", "chromium-browser", "google-chrome", "chrome", "headless_shell"];
                named.or_else(|| names.into_iter().find_map(program))
            }
            Self::Mpi => program("mpirun"),
            Self::Parallel => program("parallel").filter(|path| {
                let told = Command::new(path).arg("--version").stdin(Stdio::null()).output();
                told.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).starts_with("GNU parallel"))
            }),
        }
    }
}

/// Tells that the test that runs is skipped, and why.
pub fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let line = format!("skipped: {test}: {why}\n");
    // Not by a macro, which writes where tests are captured.
    let _ = stderr().write_all(line.as_bytes());
    if let Some(path) = env::var_os("LATENT_SKIPPED") {
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        written.unwrap_or_else(|error| panic!("LATENT_SKIPPED={}: {error}", path.display()));
    }
}

fn required(list: &str) -> Vec<Need> {
    let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
    let known = |name: &str| ALL.iter().find(|row| row.1 == name).map(|row| row.0);
    names
        .map(|name| {
            let all: Vec<&str> = ALL.iter().map(|row| row.1).collect();
            known(name).unwrap_or_else(|| panic!("LATENT_REQUIRE has {name}, which is none of {}", all.join(", ")))
        })
        .collect()
}

fn data(needs: &str) -> Option<PathBuf> {
    let folder = env::var_os("LATENT_DATA_DIR").map(PathBuf::from)?;
    folder.join(needs).is_dir().then_some(folder)
}

fn python(modules: &str) -> Option<PathBuf> {
    let python = env::var_os("LATENT_PYTHON").unwrap_or_else(|| "python3".into());
    let output = Command::new(&python).arg("-c").arg(format!("import {modules}")).stdin(Stdio::null()).output();
    output.is_ok_and(|output| output.status.success()).then(|| python.into())
}

fn program(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    #[test]
    fn every_need_has_a_name_and_a_word_on_what_is_missing() {
        assert_eq!(required("mnist, torch,"), [Need::Mnist, Need::Torch]);
        assert!(required("").is_empty());
        let told = catch_unwind(|| required("pytorch")).unwrap_err();
        let told = told.downcast_ref::<String>().unwrap();
        assert!(told.contains("pytorch, which is none of mnist, bsds, torch"), "{told}");
        for (need, name, _) in ALL {
            assert_eq!(need.to_string(), name);
        }
    }
}
