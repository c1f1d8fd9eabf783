//! The program `few_labels` as a user runs it.

use crate::support::{Desk, fail, json, kill_until_finished, stderr, stdout, succeed};
use std::fs;
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_few_labels");

/// A run that takes a moment.
fn study(desk: &Desk, flags: &[&str]) -> Command {
    let small = [["--data-dir", "data"], ["--output", "out"], ["--config", "quick"], ["--labels", "20"]];
    let sizes = [
        "--set",
        "test_images=60",
        "--set",
        "dictionary_size=20",
        "--set",
        "dictionary_batches=3",
        "--set",
        "filters=4",
        "--set",
        "filter_batches=2",
        "--set",
        "layers=2",
        "--set",
        "training.steps=30",
        "--set",
        "training.batch_size=10",
    ];
    desk.command(PROGRAM, &[&sizes, &desk.with_defaults(flags, &small)[..]].concat())
}

#[test]
fn every_kind_of_features_is_judged_and_drawn() {
    let desk = Desk::with_data();
    let kinds = [
        ("pixels", "learned", false),
        ("codes", "learned", false),
        ("codes", "random", false),
        ("network", "learned", true),
        ("convolutional", "random", false),
        ("convolutional", "learned", true),
    ];
    for (features, atoms, fine_tune) in kinds {
        let name = format!("{features}_{atoms}_{fine_tune}");
        let tune = format!("fine_tune={fine_tune}");
        let flags = ["--features", features, "--atoms", atoms, "--set", &tune, "--output", &name];
        let output = succeed(study(&desk, &flags));
        let out = desk.path(&name);
        let test = json(&out.join("test.json"));
        let accuracy = test["accuracy"].as_f64().unwrap();
        let counts: Vec<Vec<u64>> = serde_json::from_value(test["confusion"].clone()).unwrap();
        let right: u64 = (0..10).map(|class| counts[class][class]).sum();
        assert_eq!((counts.iter().flatten().sum::<u64>(), right as f64 / 60.0), (60, accuracy), "{name}: {test}");
        // Strokes are easy, but there are two labels of each digit.
        assert!(accuracy > 0.2, "{name}: {accuracy}");
        assert!(stdout(&output).contains(&fs::read_to_string(out.join("summary.txt")).unwrap()));
        assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("accuracy, test"));
        assert_eq!(out.join("images/features.png").exists(), features != "pixels", "{name}");
        assert!(out.join("images/mistakes.png").exists() || accuracy == 1.0, "{name}");
    }
}

#[test]
fn labelled_images_are_augmented() {
    let desk = Desk::with_data();
    let augment = "augment=[{ op = \"rotate\", degrees = [-10, 10] }]";
    let accuracy = |name: &str, flags: &[&str]| {
        succeed(study(&desk, &[&["--output", name], flags].concat()));
        json(&desk.path(name).join("figures.json")).to_string()
    };
    assert_ne!(accuracy("plain", &[]), accuracy("turned", &["--set", augment]));
    let told = fail(study(&desk, &["--set", "augment=[{ op = \"crop\", height = 5, width = 5 }]"]), 1);
    assert!(told.contains("augment:") && told.contains("rows keep their shape"), "{told}");
}

#[test]
fn labelled_images_are_mixed_with_their_labels() {
    let desk = Desk::with_data();
    let mix = "mix={ op = \"mixup\", alpha = 0.5 }";
    let run = |name: &str, flags: &[&str]| {
        succeed(study(&desk, &[&["--output", name], flags].concat()));
        let file = |file: &str| fs::read_to_string(desk.path(name).join(file)).unwrap();
        (file("test.json"), file("config.toml"))
    };
    let ((plain, without), (mixed, with)) = (run("plain", &[]), run("mixed", &["--set", mix]));
    assert_ne!(plain, mixed);
    assert!(!without.contains("mix") && with.contains("[mix]\nalpha = 0.5\nop = \"mixup\"\np = 1.0\n"), "{with}");
    let told = fail(study(&desk, &["--set", "mix={ op = \"cutmix\", alpha = 1, p = 2 }"]), 1);
    assert!(told.contains("mix: cutmix: p = 2: expected a probability in [0, 1]"), "{told}");
}

#[test]
fn killed_at_any_moment_it_leaves_the_same() {
    let desk = Desk::with_data();
    let command = |output: &str, threads: &str| {
        let flags = ["--features", "network", "--set", "fine_tune=true", "--output", output, "--threads", threads];
        let mut command = study(&desk, &flags);
        let mix = "mix={ op = \"cutmix\", alpha = 1.0, p = 0.8 }";
        command.args(["--set", "training.checkpoint_every=5 steps", "--set", mix, "--resume"]);
        command
    };
    succeed(command("whole", "1"));
    kill_until_finished(&desk.path("killed"), || command("killed", "3"));
    let results =
        |name: &str| ["model.safetensors", "test.json"].map(|file| fs::read(desk.path(name).join(file)).unwrap());
    assert!(results("killed") == results("whole"));
}

#[test]
fn features_are_learned_once_and_not_for_a_dry_run() {
    let desk = Desk::with_data();
    let told = succeed(study(&desk, &["--dry-run"]));
    assert!(!stderr(&told).contains("learning the dictionary") && desk.left().is_empty(), "{}", stderr(&told));
    succeed(study(&desk, &["--output", "whole"]));
    let stopped = |output: &str, steps: &str| {
        study(&desk, &["--output", output, "--resume", "--set", &format!("training.checkpoint_every={steps} steps")])
    };
    let told = stderr(&succeed(stopped("part", "5")));
    assert!(told.contains("learning the dictionary"), "{told}");
    let lines = fs::read_to_string(desk.path("part/metrics.jsonl")).unwrap();
    assert!(lines.lines().next().unwrap().contains("\"kind\":\"prepared\",\"step\":0"), "{lines}");
    assert!(fs::read_to_string(desk.path("part/report.html")).unwrap().contains("before the first step"));
    // As if it had been killed in the midst.
    for file in ["DONE", "test.json", "model.safetensors"] {
        fs::remove_file(desk.path("part").join(file)).unwrap();
    }
    fs::remove_file(desk.path("part/checkpoints/step-000000000030.safetensors")).unwrap();
    let told = stderr(&succeed(stopped("part", "5")));
    assert!(told.contains("going on in part after 25 steps"), "{told}");
    assert!(!told.contains("learning the dictionary"), "{told}");
    let results =
        |name: &str| ["model.safetensors", "test.json"].map(|file| fs::read(desk.path(name).join(file)).unwrap());
    assert!(results("part") == results("whole"));
}

#[test]
fn what_does_not_fit_is_told_before_anything_is_learned() {
    let desk = Desk::with_data();
    let refused = |flags: &[&str]| fail(study(&desk, flags), 1);
    assert!(refused(&["--labels", "15"]).contains("labels is 15, expected as many of each of the 10 classes"));
    assert!(refused(&["--set", "fine_tune=true"]).contains("only a network can be trained along"));
    assert!(refused(&["--features", "convolutional", "--set", "side=30"]).contains("side is 30, expected at most"));
    assert!(refused(&["--set", "dictionary_size=100000"]).contains("the number of training samples"));
    assert!(!desk.path("out").exists());
}
