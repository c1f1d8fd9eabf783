//! The programs `lista_patches` and `lista_synthetic` as a user runs them.

use crate::support::{Desk, fail, json, kill_until_finished, stderr, stdout, succeed, write_photographs};
use latent_datasets::folder::Channels;
use ndarray::Array2;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A desk with a few pictures in `data/bsds`.
fn desk() -> Desk {
    let desk = Desk::new();
    write_photographs(&desk.path("data/bsds"), Channels::Grey);
    desk
}

fn command(desk: &Desk, program: &str, flags: &[&str], small: &[[&str; 2]], sets: &[&str]) -> Command {
    // What a test sets itself comes last and holds.
    let sets = sets.iter().flat_map(|set| ["--set", set]);
    let all: Vec<&str> = sets.chain(desk.with_defaults(flags, small)).collect();
    desk.command(program, &all)
}

/// A run of `lista_patches` that takes a moment.
fn patches(desk: &Desk, flags: &[&str]) -> Command {
    let small = [["--data-dir", "data"], ["--output", "out"], ["--config", "quick"], ["--atoms", "16"]];
    let sets = ["patches.train_patches=600", "patches.test_patches=200", "dictionary_batches=5", "training.epochs=40"];
    command(desk, env!("CARGO_BIN_EXE_lista_patches"), flags, &small, &sets)
}

/// A run of `lista_synthetic` that takes a moment.
fn synthetic(desk: &Desk, flags: &[&str]) -> Command {
    let small = [["--output", "out"], ["--features", "20"], ["--atoms", "40"], ["--layers", "3"], ["--steps", "540"]];
    let sets = ["test_samples=60", "learning_rate=5e-3", "networks=[\"lista\", \"cpss\", \"alista\"]"];
    command(desk, env!("CARGO_BIN_EXE_lista_synthetic"), flags, &small, &sets)
}

/// Lines of the metrics without their times.
fn metrics(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    let line = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        line.as_object_mut().unwrap().remove("seconds");
        line
    };
    text.lines().map(line).collect()
}

#[test]
fn encoders_of_patches_come_closer_with_every_layer_than_as_many_iterations() {
    let desk = desk();
    let output = succeed(patches(&desk, &["--seed", "4"]));
    let out = desk.path("out");
    assert_eq!(json(&out.join("manifest.json"))["data"][0]["name"], "bsds/train");
    let atoms: Array2<f32> = ndarray_npy::read_npy(out.join("dictionary.npy")).unwrap();
    assert_eq!(atoms.dim(), (64, 16));
    let encoders = json(&out.join("encoders.json"));
    assert_eq!(encoders["images"], 200);
    let error = |method: usize, steps: u64| {
        let points = encoders["methods"][method]["points"].as_array().unwrap();
        points.iter().find(|point| point["steps"] == steps).unwrap()["code_error"].as_f64().unwrap()
    };
    let names: Vec<&str> =
        encoders["methods"].as_array().unwrap().iter().map(|curve| curve["method"].as_str().unwrap()).collect();
    assert_eq!(names, ["ISTA", "FISTA", "LISTA", "LISTA-CP", "SLISTA"]);
    for learned in 2..5 {
        assert!(error(learned, 3) < error(0, 3) && error(learned, 3) < error(learned, 1), "{encoders}");
    }
    for picture in ["codes", "objectives"] {
        let picture = image::open(out.join(format!("images/{picture}.png"))).unwrap();
        assert!(picture.width() > 50 && picture.height() > 25);
    }
    assert!(stdout(&output).contains("equivalent") && !stdout(&output).contains("SYNTHETIC"));
    assert!(out.join("DONE").exists());
}

#[test]
fn a_dry_run_learns_no_dictionary() {
    let desk = desk();
    let told = succeed(patches(&desk, &["--dry-run"]));
    assert!(stdout(&told).contains("LISTA-CP      3 layers") && stdout(&told).contains("[patches]"), "{told:?}");
    assert!(!stderr(&told).contains("learning the dictionary") && desk.left().is_empty(), "{told:?}");
}

#[test]
fn without_photographs_dead_leaves_stand_in_and_it_is_said() {
    let desk = Desk::new();
    let output = succeed(patches(&desk, &["--set", "training.epochs=8"]));
    assert!(stderr(&output).contains("note: the photographs of BSDS are not here"), "{}", stderr(&output));
    assert!(stdout(&output).contains("SYNTHETIC PICTURES"), "{}", stdout(&output));
}

/// A run on a desk, with these flags.
#[cfg(unix)]
type Program = fn(&Desk, &[&str]) -> Command;

/// All that a run computes, its times aside.
#[cfg(unix)]
fn results(folder: &Path, file: &str) -> (Vec<Vec<u8>>, Vec<Value>) {
    let files = ["dictionary.npy", "model.safetensors", file];
    (files.map(|name| fs::read(folder.join(name)).unwrap()).into(), metrics(folder))
}

#[cfg(unix)]
#[test]
fn killed_at_any_moment_runs_leave_the_same_on_any_threads() {
    let often = ["--set", "training.checkpoint_every=2 steps", "--set", "training.validate_every=5 steps", "--threads"];
    let desk = desk();
    let studies: [(Program, [&str; 2], &str); 2] =
        [(patches, ["--set", "training.epochs=6"], "figures.json"), (synthetic, ["--steps", "54"], "test.json")];
    for (study, short, file) in studies {
        let run = |flags: &[&str]| study(&desk, &[&short, &often[..], flags].concat());
        succeed(run(&["2", "--output", "whole"]));
        kill_until_finished(&desk.path("out"), || run(&["1", "--resume"]));
        let [left, want] = ["out", "whole"].map(|folder| results(&desk.path(folder), file));
        assert!(left == want, "another run than the undisturbed one");
        for folder in ["out", "whole"] {
            fs::remove_dir_all(desk.path(folder)).unwrap();
        }
    }
}

#[test]
fn networks_recover_planted_codes_better_than_iterations() {
    let desk = Desk::new();
    for (noise, name) in [("noiseless", "noiseless"), ("20", "SNR 20 dB")] {
        let output = succeed(synthetic(&desk, &["--noise", noise, "--output", noise]));
        let out = desk.path(noise);
        let test = json(&out.join("test.json"));
        let methods = test["methods"].as_array().unwrap();
        let names: Vec<&str> = methods.iter().map(|curve| curve["method"].as_str().unwrap()).collect();
        assert_eq!(names, ["ISTA", "FISTA", "LISTA", "LISTA-CPSS", "ALISTA"]);
        let nmse = |method: usize| methods[method]["nmse_db"].as_array().unwrap()[2].as_f64().unwrap();
        assert!((2..5).all(|learned| nmse(learned) < nmse(1)), "{test}");
        let floor = test["oracle_nmse_db"].as_f64().unwrap();
        assert!((0..5).all(|method| nmse(method) > floor), "{test}");
        // Training is watched on samples of its own, which are about as hard as those of the test.
        let last = metrics(&out).into_iter().rfind(|line| line["kind"] == "validation").unwrap();
        let told = last["values"]["ALISTA"].as_f64().unwrap();
        assert_eq!(last["on"], "held_out");
        assert!(told != nmse(4) && (told - nmse(4)).abs() < 1.5, "{} and {last}", nmse(4));
        assert!(stdout(&output).contains(&format!("40 atoms, {name}")), "{}", stdout(&output));
        for file in ["config.toml", "summary.txt", "images/nmse.svg", "images/nmse.png", "DONE"] {
            assert!(out.join(file).exists(), "{file}");
        }
    }
    // None is published of this size.
    assert_eq!(json(&desk.path("20/test.json"))["published"].as_array().unwrap().len(), 0);
}

#[test]
fn configurations_out_of_their_domain_are_refused_and_leave_nothing() {
    let desk = desk();
    let cases: [(&[&str], &[&str]); 8] = [
        (&["--layers", "0"], &["layers: must be at least 1, got 0"]),
        (&["--noise", "loud"], &["noise: must be noiseless or a ratio in dB, such as 20, got loud"]),
        (&["--set", "networks=[\"listen\"]"], &["networks[0]: unknown variant `listen`"]),
        (&["--set", "learning_rate=-1"], &["learning_rate: must be finite and above 0, got -1"]),
        (&["--set", "lambdas=[]", "--set", "density=0"], &["2 mistakes", "lambdas", "density"]),
        (&["--steps", "26"], &["26 steps are too few for 3 networks with 9 stages each"]),
        (&["--set", "dataset=mnist"], &["dataset: there is no such key"]),
        (&["--set", "nois=3"], &["nois: there is no such key; did you mean noise?"]),
    ];
    for (flags, expected) in cases {
        let text = fail(synthetic(&desk, flags), 1);
        assert!(expected.iter().all(|part| text.contains(part)), "{flags:?}: {expected:?} in\n{text}");
        assert!(desk.left().is_empty(), "{flags:?} left {:?}", desk.left());
    }
    let text = fail(patches(&desk, &["--set", "patches.side=32", "--set", "patches.photographs=5"]), 1);
    assert!(text.contains("photographs is 5, but bsds/train has 4"), "{text}");
    assert!(desk.left().is_empty());
}

#[test]
fn mistakes_are_told_by_key() {
    let desk = Desk::new();
    let check = |program: &str, text: &str| {
        fs::write(desk.path("mine.toml"), text).unwrap();
        desk.command(program, &["--config", "mine.toml", "--check"])
    };
    let [digits, patches] = [env!("CARGO_BIN_EXE_lista_mnist"), env!("CARGO_BIN_EXE_lista_patches")];
    let text = "networks = [\"cp\", \"cp\"]\nlayers = 0\nlambda = -1.0\nrefinements = [0.0]";
    let all = ["names cp twice", "layers", "lambda", "refinements"];
    let told = fail(check(digits, text), 1);
    assert!(all.iter().all(|part| told.contains(part)), "{told}");
    let mix = "mix = { op = \"mixup\", alpha = 1 }";
    succeed(check(digits, mix));
    let told = fail(check(patches, &format!("{text}\ndataset = \"mnist\"\n{mix}\n[patches]\nside = 2\nsides = 3")), 1);
    let of_patches = [
        "dataset: must be auto",
        "mix: photographs are changed before patches are cut from them",
        "patches.side: must be from 4",
        "patches.sides: there is no such key",
    ];
    assert!(all.iter().chain(&of_patches).all(|part| told.contains(part)), "{told}");
    let told = fail(check(digits, "[patches]\nside = 3"), 1);
    assert!(told.contains("patches"), "{told}");
}
