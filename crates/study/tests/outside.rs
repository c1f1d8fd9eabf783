//! The example `own_study` as somebody's own crate, outside of this workspace.
//!
//! The library is compiled once more for it, which takes minutes: `cargo test -p latent-study --test outside -- --ignored`.

use ndarray::Array2;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const CRATES: [&str; 7] = ["datasets", "layers", "losses", "models", "study", "tensor", "train"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A crate with the example as its program, and the versions and profiles of this workspace.
fn write_crate(folder: &Path) {
    let root = root();
    let workspace: toml::Table = fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let dependency = |name: &&str| {
        let features = if **name == *"models" { ", features = [\"train\"]" } else { "" };
        format!("latent-{name} = {{ path = '{}'{features} }}\n", root.join("crates").join(name).display())
    };
    let latent: String = CRATES.iter().map(dependency).collect();
    let profiles = toml::Table::from_iter([("profile".to_owned(), workspace["profile"].clone())]);
    let manifest = format!(
        "[package]\nname = \"own_study\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{latent}\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n\n{profiles}\n[workspace]\n"
    );
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    fs::copy(root.join("crates/study/examples/own_study.rs"), folder.join("src/main.rs")).unwrap();
}

/// Discs of different places and sizes.
fn draw_pictures(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for i in 0..80_u32 {
        let (x, y, radius) = (i % 9 + 3, i / 9 + 3, 2 + i % 3);
        let disc = |column: u32, row: u32| column.abs_diff(x).pow(2) + row.abs_diff(y).pow(2) <= radius.pow(2);
        let shade = |column, row| image::Luma([if disc(column, row) { 255 } else { 0 }]);
        image::GrayImage::from_fn(16, 16, shade).save(folder.join(format!("{i:02}.png"))).unwrap();
    }
}

struct Desk {
    folder: tempfile::TempDir,
    program: PathBuf,
}

impl Desk {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let output = self.command(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        output
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Kills a run as soon as it has left a checkpoint and is not finished.
    fn kill_after_a_checkpoint(&self, arguments: &[&str], run: &str) {
        let mut child = self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        let checkpoints = self.path(run).join("checkpoints");
        while !fs::read_dir(&checkpoints).is_ok_and(|mut entries| entries.next().is_some()) {
            assert!(began.elapsed() < Duration::from_secs(120), "no checkpoint in two minutes");
            sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!self.path(run).join("DONE").exists(), "it was killed too late");
    }
}

#[test]
#[ignore = "compiles the library once more"]
fn a_study_from_outside_has_all_that_a_study_has() {
    let folder = tempfile::tempdir().unwrap();
    write_crate(folder.path());
    draw_pictures(&folder.path().join("pictures"));
    let target = root().join("target");
    let build = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--target-dir"])
        .arg(&target)
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .status();
    assert!(build.unwrap().success());
    // Where it stays, `sweep` finds it by its name.
    let desk = Desk { program: target.join("debug/own_study"), folder };

    let flags = ["--data-dir", "pictures", "--set", "training.steps=400", "--set", "held_out=16"];
    let flags =
        [&flags[..], &["--set", "training.checkpoint_every=20 steps", "--set", "training.batch_size=16"]].concat();
    let dry = desk.run(&[&flags[..], &["--dry-run"]].concat());
    let shown = String::from_utf8_lossy(&dry.stdout);
    assert!(shown.contains("encoder.0.weight") && shown.contains("parameters"), "{shown}");

    desk.run(&[&flags[..], &["--output", "whole", "--threads", "1"]].concat());
    let killed = [&flags[..], &["--output", "killed"]].concat();
    desk.kill_after_a_checkpoint(&killed, "killed");
    desk.run(&["--resume", "killed", "--data-dir", "pictures"]);
    let weights = |run: &str| fs::read(desk.path(run).join("model.safetensors")).unwrap();
    assert_eq!(weights("whole"), weights("killed"), "a killed run goes on to the same bits");

    let report = fs::read_to_string(desk.path("whole/report.html")).unwrap();
    for shown in ["A beta-TC-VAE of my pictures", "Reconstructions", "total correlation", "data:image/png"] {
        assert!(report.contains(shown), "{shown}");
    }
    desk.run(&["sample", "whole", "--count", "9", "--data-dir", "pictures", "--output", "drawn"]);
    let drawn: Array2<f32> = ndarray_npy::read_npy(desk.path("drawn.npy")).unwrap();
    assert_eq!(drawn.dim(), (9, 256));
    assert!(drawn.iter().all(|pixel| (0.0..=1.0).contains(pixel)));

    fs::write(
        desk.path("betas.toml"),
        "study = 'own_study'\nseeds = [0, 1]\n[set]\ntraining.steps = 5\nheld_out = 16\n[vary]\nbeta = [1, 8]\n",
    )
    .unwrap();
    desk.run(&["sweep", "betas.toml", "--data-dir", "pictures", "--output", "betas"]);
    let table = fs::read_to_string(desk.path("betas/summary.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + 2, "a line for each beta: {table}");

    let refused =
        desk.command(&["--data-dir", "pictures", "--set", "beta=-1", "--set", "optimiser.kind=adam"]).output();
    let told = String::from_utf8(refused.unwrap().stderr).unwrap();
    assert!(told.contains("beta: must be 0 or more, got -1") && told.contains("optimiser"), "{told}");
}
