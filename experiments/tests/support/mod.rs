//! The programs as a user starts them, with nothing of this machine's user in their sight.

use latent_datasets::LabelledImages;
use latent_datasets::folder::Channels;
use latent_datasets::idx;
use latent_datasets::synthetic::dead_leaves::DeadLeaves;
use latent_datasets::synthetic::strokes;
use ndarray::{ArrayView1, Axis};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Images of the small data set.
pub const TRAIN: usize = 300;
pub const TEST: usize = 60;

/// What a file of JSON says.
pub fn json(path: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// What a run computes: these files of it, and its metrics, times aside.
pub fn results(folder: &Path, files: &[&str]) -> (Vec<Vec<u8>>, Vec<serde_json::Value>) {
    let metrics = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    let line = |line: &str| {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        line.as_object_mut().unwrap().remove("seconds");
        line
    };
    (files.iter().map(|name| fs::read(folder.join(name)).unwrap()).collect(), metrics.lines().map(line).collect())
}

/// A temporary folder to work in.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A desk with drawn digits in `data`, under the names of MNIST.
    pub fn with_data() -> Self {
        let desk = Self::new();
        let splits = strokes::splits(5, TRAIN, TEST);
        write_set(&desk.path("data/mnist"), &splits.train, &splits.test);
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, in this folder: no data set is named, the cache is empty and there is no network.
    pub fn command(&self, program: &str, flags: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(flags).current_dir(self.folder.path()).env_remove("LATENT_DATA_DIR");
        for (variable, folder) in
            [("HOME", "home"), ("XDG_CACHE_HOME", "cache"), ("LOCALAPPDATA", "cache"), ("APPDATA", "cache")]
        {
            command.env(variable, self.path(folder));
        }
        // Nothing listens on the port for discarding.
        for variable in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "all_proxy", "https_proxy", "http_proxy"] {
            command.env(variable, "http://127.0.0.1:9");
        }
        command.env_remove("NO_PROXY").env_remove("no_proxy");
        command
    }

    /// These flags, and those of the pairs that they do not give themselves; no data set is named where there is no
    /// `data`.
    pub fn with_defaults<'a>(&self, flags: &[&'a str], defaults: &[[&'a str; 2]]) -> Vec<&'a str> {
        let is_there = |[name, folder]: &&[&str; 2]| *name != "--data-dir" || self.path(folder).is_dir();
        with_defaults(flags, &defaults.iter().filter(is_there).copied().collect::<Vec<_>>())
    }

    /// What lies in the folder, besides what the test put there and the empty cache.
    pub fn left(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !["data", "home", "cache"].contains(&name.as_str()))
            .collect();
        names.sort();
        names
    }
}

/// These flags, and those of the pairs that they do not give themselves.
pub fn with_defaults<'a>(flags: &[&'a str], defaults: &[[&'a str; 2]]) -> Vec<&'a str> {
    let given = |name: &str| flags.iter().any(|flag| flag.split('=').next() == Some(name));
    let rest = defaults.iter().filter(|[name, _]| !given(name)).flatten();
    flags.iter().chain(rest).copied().collect()
}

/// Writes the four files of a set.
pub fn write_set(folder: &Path, train: &LabelledImages, test: &LabelledImages) {
    fs::create_dir_all(folder).unwrap();
    for (part, images) in [("train", train), ("t10k", test)] {
        let pixels = images.images();
        let grey = pixels.index_axis(Axis(1), 0);
        idx::write(folder.join(format!("{part}-images-idx3-ubyte")), grey.into_dyn()).unwrap();
        let labels = ArrayView1::from(images.labels().unwrap());
        idx::write(folder.join(format!("{part}-labels-idx1-ubyte")), labels.into_dyn()).unwrap();
    }
}

/// Writes small pictures as PNG files, four into `train` and two into `test`.
pub fn write_photographs(folder: &Path, channels: Channels) {
    let pictures = DeadLeaves { height: 48, width: 64, channels }.splits(5, 4, 2);
    for (part, pictures) in [("train", pictures.train), ("test", pictures.test)] {
        let folder = folder.join(part);
        fs::create_dir_all(&folder).unwrap();
        for (index, picture) in pictures.images.iter().enumerate() {
            let (planes, height, width) = picture.dim();
            let pixel = |x: u32, y: u32| [0, 1, 2].map(|c| picture[[c.min(planes - 1), y as usize, x as usize]]);
            let picture = image::RgbImage::from_fn(width as u32, height as u32, |x, y| image::Rgb(pixel(x, y)));
            picture.save(folder.join(format!("{index}.png"))).unwrap();
        }
    }
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The output of a command that must succeed.
#[track_caller]
pub fn succeed(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}\n{}{}", output.status, stdout(&output), stderr(&output));
    output
}

/// The standard error of a command that must end with this code, say why and not panic.
#[track_caller]
pub fn fail(mut command: Command, code: i32) -> String {
    let output = command.output().unwrap();
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{command:?}\n{}{text}", stdout(&output));
    assert!(text.contains("error:") && !text.contains("panicked"), "{command:?}\n{text}");
    assert_eq!(stdout(&output), "", "{command:?}: results in spite of the error");
    text
}

/// Starts a program that goes on with its run in `folder`, again and again, and kills it, a little later each time, until
/// the run is finished.
pub fn kill_until_finished(folder: &Path, command: impl Fn() -> Command) {
    let mut kills = 0;
    let mut wait = Duration::from_millis(20);
    loop {
        let mut child = command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(wait);
        wait = wait.mul_f64(1.15);
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        if folder.join("DONE").exists() {
            break;
        }
    }
    assert!(kills > 0 && folder.join("DONE").exists());
}
