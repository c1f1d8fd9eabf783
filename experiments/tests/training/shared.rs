//! Programs that are given the same folder.

use crate::support::{Desk, fail, stderr, succeed};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

fn vae(desk: &Desk, steps: &str, flags: &[&str]) -> Command {
    let steps = format!("--set=training.steps={steps}");
    let given = [
        "--dataset=mnist",
        "--data-dir=data",
        "--threads=1",
        "--output=run",
        "--set=model.hidden=[8]",
        "--set=model.latent_dim=2",
        "--set=training.batch_size=20",
        "--set=training.checkpoint_every=5 steps",
        "--set=training.validate_every=never",
        "--set=likelihood_draws=2",
        "--set=likelihood_images=10",
        &steps,
    ];
    desk.command(env!("CARGO_BIN_EXE_vae_mnist"), &[&given, flags].concat())
}

/// A run that goes on for long, from its first checkpoint on.
fn at_work(desk: &Desk) -> Child {
    let mut child = vae(desk, "1000000", &[]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let has_checkpoint = || fs::read_dir(desk.path("run/checkpoints")).is_ok_and(|mut files| files.next().is_some());
    while !has_checkpoint() {
        assert!(child.try_wait().unwrap().is_none());
        sleep(Duration::from_millis(5));
    }
    child
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn a_folder_in_which_a_program_works_is_refused_and_a_kill_leaves_it_free() {
    let desk = Desk::with_data();
    let mut first = at_work(&desk);
    let id = format!("vae_mnist (process {} on ", first.id());
    for (steps, flags) in [("1000000", &[][..]), ("1000000", &["--resume"]), ("1000000", &["--resume=run"])] {
        let told = if flags == ["--resume=run"] {
            fail(desk.command(env!("CARGO_BIN_EXE_vae_mnist"), &["--resume=run", "--data-dir=data"]), 1)
        } else {
            fail(vae(&desk, steps, flags), 1)
        };
        assert!(
            told.contains(&id) && told.contains("works in the folder run") && told.contains("--output DIR"),
            "{told}"
        );
    }
    assert!(first.try_wait().unwrap().is_none(), "the first one goes on");
    assert!(!desk.path("run~1").exists());
    first.kill().unwrap();
    first.wait().unwrap();
    // The second goes on from a checkpoint of the first.
    let mut second = vae(&desk, "1000000", &["--resume"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !fs::read_to_string(desk.path("run/manifest.json")).is_ok_and(|text| text.contains("\"resumed\"")) {
        assert!(second.try_wait().unwrap().is_none());
        sleep(Duration::from_millis(5));
    }
    second.kill().unwrap();
    second.wait().unwrap();
}

#[test]
fn of_programs_that_begin_at_once_each_works_or_says_who_does() {
    let desk = Desk::with_data();
    for round in 0..4 {
        let start = |_| vae(&desk, "20", &[]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let ended: Vec<_> = (0..4).map(start).collect::<Vec<_>>();
        let ended: Vec<_> = ended.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let worked = ended.iter().filter(|output| output.status.success()).count();
        assert!(worked >= 1, "round {round}");
        for output in ended.iter().filter(|output| !output.status.success()) {
            let told = stderr(output);
            assert!(output.status.code() == Some(1) && told.contains("works in the folder run"), "{told}");
        }
    }
    for folder in names(desk.path("run").parent().unwrap()) {
        if folder.starts_with("run") {
            let left = names(&desk.path(&folder));
            assert!(left.contains(&"DONE".to_owned()) && !left.contains(&".lock".to_owned()), "{folder}: {left:?}");
        }
    }
}

#[test]
fn what_another_machine_left_is_told_and_in_nobodys_way() {
    let desk = Desk::with_data();
    succeed(vae(&desk, "6", &[]));
    fs::remove_file(desk.path("run/DONE")).unwrap();
    let left = r#"{"program":"vae_mnist","process":7,"machine":"node7","started":1700000000}"#;
    fs::write(desk.path("run/.lock"), left).unwrap();
    let told = stderr(&succeed(vae(&desk, "6", &["--resume"])));
    let who = "note: vae_mnist (process 7 on node7, started 2023-11-14T22:13:20Z) worked in this folder before";
    assert!(told.contains(who) && told.contains("if it still runs, stop it there"), "{told}");
    assert!(desk.path("run/DONE").exists() && !desk.path("run/.lock").exists());
}
