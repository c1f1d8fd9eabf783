//! What a program says when something is in its way, and what is left then.

use super::killed::{VAE, assert_same, checkpoints, metrics};
use super::support::{Desk, fail, stderr, succeed};
use latent_models::train::VaeTask;
use latent_models::{VaeObjective, VaeSettings};
use latent_tensor::Tensor;
use latent_train::config::Optimizer;
use latent_train::health::{Support, check_support};
use latent_train::sources::ImageBatch;
use latent_train::{Executor, Limit, Settings, Source};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A run that is made whole, and another of the same that ended after so many steps, because its next checkpoint could
/// not be written.
fn stopped(desk: &Desk, steps: u64) {
    VAE.finish(desk, "whole", "1");
    let obstacle = desk.path(&format!("run/checkpoints/.step-{:012}.safetensors.tmp", steps + 1));
    fs::create_dir_all(&obstacle).unwrap();
    fs::copy(desk.path("whole/config.toml"), desk.path("run/config.toml")).unwrap();
    let told = fail(VAE.command(desk, &["--output", "run", "--resume"], &[]), 1);
    assert!(told.contains(&format!("checkpoints/step-{:012}.safetensors", steps + 1)), "{told}");
    fs::remove_dir(obstacle).unwrap();
    let mut left = checkpoints(&desk.path("run"));
    left.sort_unstable();
    assert_eq!(left, [steps - 1, steps], "the checkpoints before stay");
}

fn resume(desk: &Desk) -> Command {
    VAE.command(desk, &["--output", "run", "--resume"], &[])
}

fn checkpoint(desk: &Desk, step: u64) -> PathBuf {
    desk.path(&format!("run/checkpoints/step-{step:012}.safetensors"))
}

#[test]
fn a_checkpoint_that_cannot_be_written_ends_the_run_and_it_goes_on_later() {
    let desk = Desk::with_data();
    stopped(&desk, 7);
    assert!(!desk.path("run/DONE").exists() && !desk.path("run/model.safetensors").exists());
    succeed(resume(&desk));
    assert_same(&desk, "run", "whole");
}

#[test]
fn damaged_checkpoints_are_told_and_passed_over_until_none_is_left() {
    let desk = Desk::with_data();
    stopped(&desk, 7);
    // One with half of it missing, then one with a bit that changed.
    let bytes = fs::read(checkpoint(&desk, 7)).unwrap();
    fs::write(checkpoint(&desk, 7), &bytes[..bytes.len() / 2]).unwrap();
    let told = stderr(&succeed(resume(&desk)));
    assert!(
        told.contains("step-000000000007.safetensors is damaged: ") && told.contains("going on from the one before")
    );
    assert!(told.contains("going on in run after 6 steps"), "{told}");
    assert_same(&desk, "run", "whole");

    let desk = Desk::with_data();
    stopped(&desk, 7);
    for step in [6, 7] {
        let mut bytes = fs::read(checkpoint(&desk, step)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(checkpoint(&desk, step), bytes).unwrap();
    }
    let before = metrics(&desk.path("run"));
    let told = fail(resume(&desk), 1);
    let why = "step-000000000007.safetensors is damaged: its content does not match its checksum";
    assert!(told.contains(why) && told.contains("help: no older checkpoint could be read either"), "{told}");
    assert_eq!(metrics(&desk.path("run")), before);
}

/// A small file system, gone with the value.
struct Tiny(PathBuf);

impl Tiny {
    fn mount(folder: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir_all(&folder).ok()?;
        let mut mount = Command::new("mount");
        let mount = mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&folder);
        let mounted = cfg!(target_os = "linux") && mount.stderr(Stdio::null()).status().is_ok_and(|s| s.success());
        if !mounted {
            latent_needs::skipped("file systems cannot be mounted here");
        }
        mounted.then_some(Self(folder))
    }

    fn remount(&self, options: &str) {
        let mut mount = Command::new("mount");
        assert!(mount.args(["-o", &format!("remount,{options}")]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_fills_up_loses_nothing_that_was_written() {
    let desk = Desk::with_data();
    let Some(disk) = Tiny::mount(desk.path("disk"), "4m") else { return };
    // All checkpoints stay, until no more fit.
    let command = |output| VAE.command(&desk, &["--output", output, "--resume"], &["training.keep=100"]);
    succeed(command("whole"));
    let told = fail(command("disk/run"), 1);
    assert!(
        told.contains("No space left on device") && told.contains("help: free some space where disk/run"),
        "{told}"
    );
    let steps = checkpoints(&desk.path("disk/run")).len();
    assert!(steps > 2, "{steps}");
    // Still full.
    let told = fail(command("disk/run"), 1);
    assert!(told.contains("help: free some space"), "{told}");
    assert_eq!(checkpoints(&desk.path("disk/run")).len(), steps);
    disk.remount("size=64m");
    let told = stderr(&succeed(command("disk/run")));
    assert!(told.contains(&format!("going on in disk/run after {steps} steps")), "{told}");
    assert_same(&desk, "disk/run", "whole");
}

#[test]
fn a_folder_that_became_read_only_is_told() {
    let desk = Desk::with_data();
    let Some(disk) = Tiny::mount(desk.path("run"), "64m") else { return };
    stopped(&desk, 4);
    disk.remount("ro");
    let told = fail(resume(&desk), 1);
    assert!(
        told.contains("Read-only file system") && told.contains("help: give a folder that you may write to"),
        "{told}"
    );
    disk.remount("rw");
    succeed(resume(&desk));
    assert_same(&desk, "run", "whole");
}

#[test]
fn a_place_where_nothing_can_be_made_is_told_before_training() {
    let desk = Desk::with_data();
    fs::write(desk.path("file"), "").unwrap();
    let told = fail(VAE.command(&desk, &["--output", "file/run"], &[]), 1);
    assert!(told.contains("file/run") && told.contains("help: part of that path is a file"), "{told}");
    if Path::new("/sys/kernel").exists() {
        let told = fail(VAE.command(&desk, &["--output", "/sys/kernel/run"], &[]), 1);
        assert!(told.contains("help: give a folder that you may write to with --output DIR"), "{told}");
    }
}

/// The divergence's weight is warmed up to a number that is none in single precision: an overflow in the midst of
/// training.
#[test]
fn the_first_number_that_is_not_finite_is_told_and_the_last_good_weights_stay() {
    let desk = Desk::with_data();
    let told = fail(VAE.command(&desk, &["--output", "run"], &["objective.beta=1e39"]), 1);
    assert!(
        told.contains("error: training stopped: objective of the vae is inf after 4 steps (epoch 2, batch 0)"),
        "{told}"
    );
    assert!(
        told.contains("; the first tensor that is not finite is ")
            && told.contains("; the norm of the last finite gradient is "),
        "{told}"
    );
    let good = "help: the last good weights are in run/checkpoints/step-000000000003.safetensors; ";
    assert!(told.contains(good) && told.contains("--set optimizer.clip_norm=1"), "{told}");
    assert_eq!(metrics(&desk.path("run")).last().unwrap()["kind"], "end");
    assert!(!desk.path("run/DONE").exists() && !desk.path("run/model.safetensors").exists());
    let report = fs::read_to_string(desk.path("run/report.html")).unwrap();
    assert!(report.contains(">stopped</span>") && report.contains("of the vae is inf after 4 steps"));
    // It would come to the same number again.
    let again = fail(VAE.command(&desk, &["--output", "run", "--resume"], &["objective.beta=1e39"]), 1);
    let error = |told: &str| told.split("error: ").nth(1).unwrap().to_owned();
    assert_eq!(error(&again), error(&told));
    assert_eq!(metrics(&desk.path("run")).iter().filter(|line| line["kind"] == "step").count(), 4);
}

#[test]
fn the_first_loss_that_is_not_finite_has_no_good_weights_before_it() {
    let desk = Desk::with_data();
    let told = fail(VAE.command(&desk, &["--output", "run"], &["optimizer.learning_rate=1e30"]), 1);
    assert!(
        told.contains(" of the vae is ")
            && told.contains(" after 1 steps (epoch 0, batch 2); the first tensor that is not finite is "),
        "{told}"
    );
    assert!(!told.contains("the last good weights"), "{told}");
}

/// Images that nobody scaled.
struct Bytes;

impl Source for Bytes {
    type Batch = ImageBatch;

    fn batches(&self) -> usize {
        2
    }

    fn batch(&self, _: u64, index: usize) -> ImageBatch {
        let x = Tensor::constant(ndarray::Array2::from_shape_fn((3, 4), |(i, j)| 64.0 * ((i + j) % 4) as f32));
        ImageBatch { x, labels: Vec::new(), partners: None, indices: (3 * index..3 * index + 3).collect() }
    }

    fn fingerprint(&self) -> String {
        "bytes".to_owned()
    }
}

#[test]
fn pixels_outside_of_the_likelihoods_range_are_told_before_training_and_in_it() {
    let warning = check_support(&Bytes, Support::UnitInterval, |batch| batch.x.clone()).unwrap();
    let why =
        "18 of 24 values of the data are outside [0, 1], the support of the likelihood; the first is 64 in sample 0";
    assert!(warning.message.starts_with(why) && warning.remedy.contains("scale the data into [0, 1]"), "{warning:?}");
    let vae = VaeSettings { hidden: vec![4], ..VaeSettings::article(2) }.build([1, 2, 2], 7).unwrap();
    let task = VaeTask::new(vae, VaeObjective::default()).unwrap();
    let player = Optimizer::default().player(1, &task.vae).unwrap();
    let settings = Settings::new(Limit::Steps(1), 7);
    let error = Executor::new(&task, &Bytes, vec![player], settings).unwrap().run().unwrap_err().to_string();
    assert!(error.contains("targets must lie in [0, 1], but range from 0 to 192"), "{error}");
}
