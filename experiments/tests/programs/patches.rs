//! The program `patches` as a user runs it.

use crate::support::{Desk, fail, json, kill_until_finished, results, stderr, stdout, succeed, write_photographs};
use latent_datasets::folder::Channels;
use std::fs;
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_patches");

/// A desk with a few pictures in `data/bsds`.
fn desk() -> Desk {
    let desk = Desk::new();
    write_photographs(&desk.path("data/bsds"), Channels::Grey);
    desk
}

/// A run on it that takes a moment.
fn study(desk: &Desk, flags: &[&str]) -> Command {
    let small =
        [["--data-dir", "data"], ["--output", "out"], ["--config", "quick"], ["--atoms", "16"], ["--epochs", "2"]];
    let sizes = ["--set", "train_patches=600", "--set", "test_patches=200", "--set", "training.batch_size=128"];
    desk.command(PROGRAM, &[&desk.with_defaults(flags, &small)[..], &sizes].concat())
}

#[test]
fn a_run_on_photographs_leaves_atoms_fits_and_pictures() {
    let desk = desk();
    let output = succeed(study(&desk, &["--seed", "4"]));
    let out = desk.path("out");
    let manifest = json(&out.join("manifest.json"));
    assert_eq!(manifest["data"][0]["name"], "bsds/train");
    assert_eq!(manifest["data"][1]["sha256"].as_object().unwrap().len(), 2);
    let atoms: ndarray::Array2<f32> = ndarray_npy::read_npy(out.join("dictionary.npy")).unwrap();
    assert_eq!(atoms.dim(), (64, 16));

    let gabors = json(&out.join("gabors.json"));
    let names: Vec<&str> = gabors.as_array().unwrap().iter().map(|set| set["images"].as_str().unwrap()).collect();
    assert_eq!(names, ["atoms", "principal components", "noise"]);
    let median = |set: usize| gabors[set]["r_squared_median"].as_f64().unwrap();
    assert!(gabors[0]["fits"].as_array().unwrap().len() == 16 && median(0) > median(2), "{gabors}");

    let test = json(&out.join("test.json"));
    for part in ["train", "test"] {
        let codes = &test[part]["codes"];
        assert!(codes["converged"] == 1.0 && codes["worst_relative_gap"].as_f64().unwrap() <= 1e-4, "{test}");
    }
    assert_eq!((&test["train"]["patches"], &test["test"]["patches"]), (&600.into(), &200.into()));

    let drawn =
        ["atoms", "atoms_fitted", "principal_components", "principal_components_fitted", "noise", "noise_fitted"];
    let plots = ["learning", "sparsity", "certificates", "gabor_r_squared", "tuning", "atoms_while_learning"];
    for name in drawn.iter().chain(&plots) {
        let picture = image::open(out.join(format!("images/{name}.png"))).unwrap();
        assert!(picture.width() > 50 && picture.height() > 25, "{name}");
    }
    assert!(stdout(&output).contains(&fs::read_to_string(out.join("summary.txt")).unwrap()));
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("Gabor functions"));
    assert!(out.join("DONE").exists() && !stdout(&output).contains("SYNTHETIC"));
}

#[test]
fn without_photographs_dead_leaves_stand_in_and_it_is_said() {
    let desk = Desk::new();
    let output = succeed(study(&desk, &["--epochs", "1"]));
    let told = stderr(&output);
    assert!(
        told.contains("note: the photographs of BSDS are not here") && told.contains("latent/datasets/bsds/train"),
        "{told}"
    );
    assert!(stdout(&output).contains("SYNTHETIC PICTURES"), "{}", stdout(&output));
    assert_eq!(json(&desk.path("out/manifest.json"))["data"][0]["name"], "dead leaves/train");
    let refused = fail(study(&desk, &["--dataset", "bsds"]), 1);
    assert!(refused.contains("Berkeley segmentation data set are at https://"), "{refused}");
}

#[cfg(unix)]
#[test]
fn killed_at_any_moment_a_run_leaves_the_same_on_any_threads() {
    let desk = desk();
    let sets =
        ["--set", "training.checkpoint_every=2 steps", "--set", "training.validate_every=3 steps", "--epochs", "12"];
    succeed(study(&desk, &[&sets[..], &["--output", "whole", "--threads", "2"]].concat()));
    kill_until_finished(&desk.path("out"), || study(&desk, &[&sets[..], &["--resume", "--threads", "1"]].concat()));
    let results =
        |folder| results(&desk.path(folder), &["dictionary.npy", "model.safetensors", "gabors.json", "figures.json"]);
    assert!(results("out") == results("whole"), "another run than the undisturbed one");
}

#[test]
fn configurations_out_of_their_domain_are_refused_and_leave_nothing() {
    let desk = desk();
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--atoms", "0"], &["atoms: must be at least 1, got 0"]),
        (&["--atoms", "5001"], &["at most 600, the number of train_patches, got 5001"]),
        (&["--lambda", "-1"], &["lambda: must be a finite number above 0, got -1"]),
        (&["--set", "side=3"], &["side: must be from 4 to 32, got 3"]),
        (&["--set", "side=32", "--set", "cutoff=0"], &["cutoff: must be a finite number above 0, got 0"]),
        (&["--set", "photographs=5"], &["photographs is 5, but bsds/train has 4"]),
        (&["--set", "contrast=none"], &["contrast", "each_photograph"]),
        (&["--set", "dataset=mnist"], &["dataset: must be auto, bsds or synthetic, got mnist"]),
        (&["--set", "lambda=0", "--set", "test_gap=0"], &["2 mistakes", "lambda", "test_gap"]),
    ];
    for (flags, expected) in cases {
        let text = fail(study(&desk, flags), 1);
        assert!(expected.iter().all(|part| text.contains(part)), "{flags:?}: {expected:?} in\n{text}");
        assert!(desk.left().is_empty(), "{flags:?} left {:?}", desk.left());
    }
    fs::write(desk.path("data/bsds/train/1.png"), "cut").unwrap();
    let text = fail(study(&desk, &[]), 1);
    assert!(text.contains("train/1.png"), "{text}");
}
