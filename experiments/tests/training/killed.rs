//! Programs that are killed, or asked to stop, and go on: what they leave is what an undisturbed run leaves.

use super::gan;
use super::support::{Desk, stderr, succeed};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A study with all that a run of its kind has to keep, on little data. Its checkpoints are larger than what a pipe holds,
/// 64 KiB, so that a program can be caught in the midst of writing one.
pub struct Subject {
    program: Program,
    settings: &'static [&'static str],
}

enum Program {
    Binary(&'static str),
    /// The small adversarial network in this executable.
    Gan,
}

const OFTEN: [&str; 1] = ["training.checkpoint_every=1 step"];
/// What a run writes that tells of time.
const OF_TIME: [&str; 10] = [
    ".lock",
    "metrics.jsonl",
    "manifest.json",
    "report.html",
    "summary.txt",
    "encoders.json",
    "codes.png",
    "codes.svg",
    "objectives.png",
    "objectives.svg",
];

pub const VAE: Subject = Subject {
    program: Program::Binary(env!("CARGO_BIN_EXE_vae_mnist")),
    settings: &[
        "training.steps=30",
        "optimizer.clip_norm=50",
        "optimizer.schedule.kind=cosine",
        "training.batch_size=64",
        "training.accumulate=2",
        "training.validate_every=4 steps",
        "model.hidden=[24]",
        "model.latent_dim=3",
        "model.dropout=0.2",
        "objective.beta_warm_up=9",
        "optimizer.average.decay=0.9",
        "binarize=dynamic",
        "likelihood_draws=3",
    ],
};

/// It stops early, after twelve steps.
const CONVOLUTIONAL: Subject = Subject {
    program: Program::Binary(env!("CARGO_BIN_EXE_vae_mnist")),
    settings: &[
        "training.steps=40",
        "optimizer.clip_norm=50",
        "optimizer.schedule.kind=cosine",
        "training.batch_size=16",
        "training.validate_every=4 steps",
        "training.early_stopping.patience=2",
        "training.early_stopping.min_change=1e4",
        "validation_images=60",
        "model.architecture=convolutional",
        "model.channels=[2, 8]",
        "model.hidden=[16]",
        "model.latent_dim=3",
        "model.dropout=0.1",
        "optimizer.average.decay=0.9",
        "likelihood_draws=3",
    ],
};

const GAN: Subject = Subject {
    program: Program::Gan,
    settings: &[
        "training.steps=15",
        "optimizer.clip_norm=50",
        "optimizer.schedule.kind=cosine",
        "training.batch_size=8",
        "training.accumulate=2",
        "training.validate_every=4 steps",
    ],
};

/// Digits of ten classes, judged.
const GAN_MNIST: Subject = Subject {
    program: Program::Binary(env!("CARGO_BIN_EXE_gan_mnist")),
    settings: &[
        "training.steps=12",
        "training.batch_size=8",
        "training.validate_every=4 steps",
        "judged_samples=40",
        "model.channels=[8, 16]",
        "model.latent_dim=16",
    ],
};

/// Three networks that are trained layer by layer; stages end in the midst of the run.
const ENCODERS: Subject = Subject {
    program: Program::Binary(env!("CARGO_BIN_EXE_lista_mnist")),
    settings: &[
        "training.steps=36",
        "training.batch_size=16",
        "training.validate_every=5 steps",
        "networks=[\"lista\", \"tilista\", \"glista\"]",
        "layers=2",
        "atoms=9",
        "dictionary_batches=3",
        "compared_images=20",
    ],
};

impl Subject {
    /// The program with these flags and settings beside those of the study.
    pub fn command(&self, desk: &Desk, flags: &[&str], settings: &[&str]) -> Command {
        let mut all = vec!["--dataset", "mnist", "--data-dir", "data"];
        all.extend(flags);
        all.extend(OFTEN.iter().chain(self.settings).chain(settings).flat_map(|setting| ["--set", setting]));
        match self.program {
            Program::Binary(path) => desk.command(path, &all),
            Program::Gan => {
                let this = std::env::current_exe().unwrap();
                let mut command =
                    desk.command(this.to_str().unwrap(), &["--exact", "gan::child", "--nocapture", "--test-threads=1"]);
                command.env(gan::FLAGS, all.join("\n"));
                command
            }
        }
    }

    /// The program, in a folder of this name, going on if it was begun.
    fn start(&self, desk: &Desk, output: &str, threads: &str) -> Child {
        let mut command = self.command(desk, &["--output", output, "--threads", threads, "--resume"], &[]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    pub fn finish(&self, desk: &Desk, output: &str, threads: &str) {
        succeed(self.command(desk, &["--output", output, "--threads", threads, "--resume"], &[]));
    }
}

/// Lines of the metrics without their times.
pub fn metrics(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    let line = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        line.as_object_mut().unwrap().remove("seconds");
        line
    };
    text.lines().map(line).collect()
}

/// The content of all files that do not tell of time and machine.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let of_time = OF_TIME.contains(&name.as_str()) || name.starts_with("events.out.tfevents.");
            if path.is_dir() {
                folders.push(path);
            } else if !of_time {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[track_caller]
pub fn assert_same(desk: &Desk, output: &str, whole: &str) {
    let [output, whole] = [output, whole].map(|name| desk.path(name));
    let (lines, wanted) = (metrics(&output), metrics(&whole));
    for (line, want) in lines.iter().zip(&wanted) {
        assert_eq!(line, want);
    }
    assert_eq!(lines.len(), wanted.len());
    let (files, wanted) = (files(&output), files(&whole));
    assert!(files.keys().eq(wanted.keys()), "{:?}, not {:?}", files.keys(), wanted.keys());
    let other: Vec<_> =
        files.iter().filter(|(path, content)| wanted[*path] != **content).map(|(path, _)| path).collect();
    assert!(other.is_empty(), "{other:?} differ");
    assert!(files.contains_key(Path::new("DONE")) && files.contains_key(Path::new("model.safetensors")));
    assert!(fs::read_to_string(output.join("report.html")).unwrap().contains(">finished</span>"));
}

pub fn checkpoints(folder: &Path) -> Vec<u64> {
    let names = fs::read_dir(folder.join("checkpoints")).into_iter().flatten().flatten();
    let step = |name: &str| name.strip_prefix("step-")?.strip_suffix(".safetensors")?.parse().ok();
    names.filter_map(|entry| step(entry.file_name().to_str()?)).collect()
}

/// Kills at moments that are spread over all of a run, from its first to its last, and once while a checkpoint is being
/// written.
fn killed(subject: &Subject) {
    let desk = Desk::with_data();
    let start = Instant::now();
    subject.finish(&desk, "whole", "1");
    let whole = start.elapsed();
    let mut kills = 0;
    for (round, threads) in ["1", "2", "4"].into_iter().enumerate() {
        let output = format!("run{threads}");
        for attempt in 0..6 {
            // Multiples of the golden section are everywhere, in any order.
            let share = (0.618_034 * (f64::from(attempt) + 6.0 * round as f64)).fract();
            let mut child = subject.start(&desk, &output, threads);
            std::thread::sleep(whole.mul_f64(share));
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success());
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
            if desk.path(&output).join("DONE").exists() {
                break;
            }
            if attempt == 3 && desk.path(&output).join("config.toml").exists() {
                kills += usize::from(kill_within_a_checkpoint(subject, &desk, &output, threads));
            }
        }
        if !desk.path(&output).join("DONE").exists() {
            subject.finish(&desk, &output, threads);
        }
        assert_same(&desk, &output, "whole");
    }
    eprintln!("{kills} processes were killed");
    assert!(kills > 0);
}

/// Kills a program that has written a part of its next checkpoint; not if there is none left. Its temporary file is a
/// pipe here, so that the program waits in the midst of writing.
fn kill_within_a_checkpoint(subject: &Subject, desk: &Desk, output: &str, threads: &str) -> bool {
    let folder = desk.path(output).join("checkpoints");
    let next = checkpoints(&desk.path(output)).into_iter().max().map_or(1, |step| step + 1);
    fs::create_dir_all(&folder).unwrap();
    let pipe = folder.join(format!(".step-{next:012}.safetensors.tmp"));
    let _ = fs::remove_file(&pipe);
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        latent_needs::skipped("there is no mkfifo");
        return false;
    }
    let (sender, receiver) = std::sync::mpsc::channel();
    let reader = pipe.clone();
    std::thread::spawn(move || {
        use std::io::Read;
        let (mut file, mut part) = (fs::File::open(reader).unwrap(), vec![0; 10_000]);
        let read = file.read_exact(&mut part);
        // The pipe stays open: a program whose reader is gone would fail instead of waiting.
        let _ = sender.send((file, part, read.is_ok()));
    });
    let mut child = subject.start(desk, output, threads);
    let (_file, part, _) = loop {
        match receiver.recv_timeout(Duration::from_millis(5)) {
            Ok(read) => break read,
            Err(_) => {
                if let Some(status) = child.try_wait().unwrap() {
                    assert!(status.success(), "{status}");
                    // No checkpoint was left to be written; the reader need not wait for it. A program that has written
                    // others has cleared the pipe away.
                    drop(fs::OpenOptions::new().write(true).open(&pipe));
                    let _ = fs::remove_file(&pipe);
                    return false;
                }
            }
        }
    };
    assert_eq!(child.try_wait().unwrap(), None, "it waits in the midst of writing");
    child.kill().unwrap();
    child.wait().unwrap();
    fs::remove_file(&pipe).unwrap();
    fs::write(&pipe, part).unwrap();
    true
}

#[test]
fn a_killed_autoencoder_goes_on() {
    killed(&VAE);
}

#[test]
fn a_killed_convolutional_autoencoder_that_stops_early_goes_on() {
    killed(&CONVOLUTIONAL);
}

#[test]
fn a_killed_game_goes_on() {
    killed(&GAN);
}

#[test]
fn a_killed_game_of_digits_goes_on() {
    killed(&GAN_MNIST);
}

#[test]
fn killed_encoders_go_on() {
    killed(&ENCODERS);
}

/// Sends a signal once the first steps are in the metrics; the standard error of the program, which must end with 130.
/// None if it came to its end before.
#[cfg(unix)]
fn signalled(subject: &Subject, desk: &Desk, output: &str, signal: &str) -> Option<String> {
    let mut command = subject.command(desk, &["--output", output, "--threads", "2"], &[]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let file = desk.path(output).join("metrics.jsonl");
    while fs::read_to_string(&file).map_or(0, |text| text.lines().count()) < 3 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status().unwrap();
    let ended = child.wait_with_output().unwrap();
    if !sent.success() || ended.status.success() {
        return None;
    }
    assert_eq!(ended.status.code(), Some(130), "{}", stderr(&ended));
    Some(stderr(&ended))
}

#[cfg(unix)]
#[test]
fn a_program_that_is_asked_to_stop_says_how_to_go_on() {
    for subject in [VAE, GAN] {
        let desk = Desk::with_data();
        subject.finish(&desk, "whole", "1");
        for signal in ["INT", "TERM", "HUP"] {
            let mut names = (1..20).map(|attempt| format!("{signal}{attempt}"));
            let stopped =
                names.find_map(|output| signalled(&subject, &desk, &output, signal).map(|told| (output, told)));
            let (output, told) = stopped.expect("the program was always faster than the signal");
            assert!(told.contains("stopping after this step, results so far are kept"), "{told}");
            assert!(told.contains(&format!("help: go on with --resume {output}")), "{told}");
            let folder = desk.path(&output);
            assert!(!folder.join("DONE").exists() && !checkpoints(&folder).is_empty());
            assert_eq!(metrics(&folder).last().unwrap()["reason"], "interrupted");
            // As it was told, with nothing but the folder.
            let mut resumed = match subject.program {
                Program::Binary(path) => desk.command(path, &[]),
                Program::Gan => subject.command(&desk, &[], &[]),
            };
            let flags = ["--resume", &output, "--data-dir", "data"];
            match subject.program {
                Program::Binary(_) => resumed.args(flags),
                Program::Gan => resumed.env(gan::FLAGS, flags.join("\n")),
            };
            succeed(resumed);
            assert_same(&desk, &output, "whole");
        }
    }
}
