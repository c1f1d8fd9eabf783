//! The program `csc_images` as a user runs it.

use crate::support::{Desk, fail, json, kill_until_finished, results, stderr, stdout, succeed, write_photographs};
use latent_datasets::folder::Channels;
use ndarray::{Array4, Axis};
use std::fs;
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_csc_images");

fn desk() -> Desk {
    let desk = Desk::new();
    write_photographs(&desk.path("data/bsds"), Channels::Colour);
    desk
}

/// A run on a few small pictures that takes a moment.
fn study(desk: &Desk, flags: &[&str]) -> Command {
    let small = [["--data-dir", "data"], ["--output", "out"], ["--config", "quick"], ["--filters", "[1, 4]"]];
    let sizes = ["drawn=4", "side=5", "windows.side=24", "windows.train=6", "windows.test=2", "coding_iterations=8"];
    let sizes = sizes.iter().chain(&["test_iterations=20", "training.batch_size=2"]).flat_map(|set| ["--set", set]);
    // What a test sets itself comes last and holds.
    let flags = desk.with_defaults(flags, &small);
    let all: Vec<&str> = sizes.chain(flags).collect();
    desk.command(PROGRAM, &all)
}

#[test]
fn a_run_leaves_filters_of_every_bank_and_pictures() {
    let desk = desk();
    let output = succeed(study(&desk, &[]));
    let out = desk.path("out");
    for size in [1, 4] {
        let filters: Array4<f32> = ndarray_npy::read_npy(out.join(format!("filters_{size}.npy"))).unwrap();
        assert_eq!(filters.dim(), (size, 3, 5, 5));
        for filter in filters.axis_iter(Axis(0)) {
            let norm = filter.iter().map(|d| d * d).sum::<f32>();
            assert!(norm < 1.0 + 1e-4, "{norm}");
            assert!(filter.outer_iter().all(|channel| channel.sum().abs() < 1e-4));
        }
    }
    let test = json(&out.join("test.json"));
    let banks = test["banks"].as_array().unwrap();
    let of = |bank: usize, key: &str| banks[bank][key].as_f64().unwrap();
    assert_eq!((of(0, "filters"), of(1, "filters")), (1.0, 4.0));
    assert!(banks[1]["codes"]["objective"].as_f64() < banks[0]["codes"]["objective"].as_f64(), "{test}");
    assert!(of(0, "psnr") > 15.0 && test["photograph_psnr"].as_f64().unwrap() > 15.0, "{test}");
    for name in ["filters", "photograph", "maps", "by_number_of_filters", "filters_while_learning"] {
        let picture = image::open(out.join(format!("images/{name}.png"))).unwrap();
        assert!(picture.width() > 50 && picture.height() > 25, "{name}");
    }
    let metrics = fs::read_to_string(out.join("metrics.jsonl")).unwrap();
    assert!(metrics.contains("\"objective_4\"") && metrics.contains("\"density_1\""), "{metrics}");
    assert!(stdout(&output).contains(&fs::read_to_string(out.join("summary.txt")).unwrap()));
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("A whole photograph"));
    assert!(out.join("DONE").exists());
}

#[test]
fn without_photographs_dead_leaves_stand_in_and_it_is_said() {
    let desk = Desk::new();
    let output = succeed(study(&desk, &["--epochs", "1"]));
    assert!(stderr(&output).contains("note: the photographs of BSDS are not here"), "{}", stderr(&output));
    assert!(stdout(&output).contains("SYNTHETIC PICTURES"), "{}", stdout(&output));
}

#[cfg(unix)]
#[test]
fn killed_at_any_moment_a_run_leaves_the_same_on_any_threads() {
    let desk = desk();
    // Filters that die and are replaced, a last batch that is smaller, checkpoints inside of epochs.
    let sets = ["training.checkpoint_every=2 steps", "windows.train=7", "dead_after=2", "lambda=0.6"];
    let sets: Vec<&str> = sets.iter().flat_map(|set| ["--set", set]).chain(["--epochs", "6"]).collect();
    succeed(study(&desk, &[&sets[..], &["--output", "whole", "--threads", "2"]].concat()));
    kill_until_finished(&desk.path("out"), || study(&desk, &[&sets[..], &["--resume", "--threads", "1"]].concat()));
    let results =
        |folder| results(&desk.path(folder), &["filters_1.npy", "filters_4.npy", "model.safetensors", "figures.json"]);
    assert!(results("out") == results("whole"), "another run than the undisturbed one");
}

#[test]
fn configurations_out_of_their_domain_are_refused_and_leave_nothing() {
    let desk = desk();
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--filters", "[0, 3, 4]"], &["filters: must be at least one number, each at least 1", "[0, 3, 4]"]),
        (&["--filters", "[4, 4]"], &["none twice"]),
        (&["--filters", "[]"], &["2 mistakes", "at least one"]),
        (&["--set", "drawn=8"], &["drawn: must be one of filters, [1, 4], got 8"]),
        (&["--set", "side=1"], &["side: must be from 2 to 32, got 1"]),
        (&["--set", "windows.side=9"], &["windows.side: must be at least 10, twice the side of a filter, got 9"]),
        (&["--set", "windows.side=60"], &["patch size = 60", "48"]),
        (&["--lambda", "nan"], &["lambda: must be a finite number above 0, got NaN"]),
        (&["--set", "dataset=mnist"], &["dataset: must be auto, bsds or synthetic, got mnist"]),
    ];
    for (flags, expected) in cases {
        let text = fail(study(&desk, flags), 1);
        assert!(expected.iter().all(|part| text.contains(part)), "{flags:?}: {expected:?} in\n{text}");
        assert!(desk.left().is_empty(), "{flags:?} left {:?}", desk.left());
    }
}
