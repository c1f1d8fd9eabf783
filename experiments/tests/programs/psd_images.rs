//! The program `psd_images` as a user runs it.

use crate::support::{Desk, fail, json, kill_until_finished, results, stderr, stdout, succeed, write_photographs};
use latent_datasets::folder::Channels;
use ndarray::{Array4, Axis};
use serde_json::Value;
use std::fs;
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_psd_images");

fn desk() -> Desk {
    let desk = Desk::new();
    write_photographs(&desk.path("data/bsds"), Channels::Grey);
    desk
}

/// A run on a few small pictures that takes a moment.
fn study(desk: &Desk, flags: &[&str]) -> Command {
    let small = [["--data-dir", "data"], ["--output", "out"], ["--config", "quick"], ["--filters", "[1, 4]"]];
    let sizes = ["drawn=4", "side=5", "windows.side=24", "windows.train=6", "windows.test=2", "energy.iterations=5"];
    let sizes = sizes.iter().chain(&["test_iterations=20", "training.batch_size=2"]).flat_map(|set| ["--set", set]);
    // What a test sets itself comes last and holds.
    let flags = desk.with_defaults(flags, &small);
    let all: Vec<&str> = sizes.chain(flags).collect();
    desk.command(PROGRAM, &all)
}

#[test]
fn a_run_leaves_decoders_and_encoders_that_predict() {
    let desk = desk();
    let output = succeed(study(&desk, &["--epochs", "40"]));
    let out = desk.path("out");
    for size in [1, 4] {
        let read =
            |name: &str| -> Array4<f32> { ndarray_npy::read_npy(out.join(format!("{name}_{size}.npy"))).unwrap() };
        let (decoder, encoder) = (read("decoder"), read("encoder"));
        assert_eq!((decoder.dim(), encoder.dim()), ((size, 1, 5, 5), (size, 1, 5, 5)));
        for filter in decoder.axis_iter(Axis(0)) {
            let norm = filter.iter().map(|d| d * d).sum::<f32>();
            assert!((norm - 1.0).abs() < 1e-4, "{norm}");
        }
    }
    let test = json(&out.join("test.json"));
    let banks = test["banks"].as_array().unwrap();
    for bank in banks {
        let of = |kind: &str| bank[kind]["codes"]["objective"].as_f64().unwrap();
        // The optimum is one, up to its gap.
        assert!(of("optimal") < 1.01 * of("predicted") && bank["similarity"].as_f64().unwrap() <= 1.0, "{test}");
    }
    // A trained encoder says more than zero does.
    let lines = fs::read_to_string(out.join("metrics.jsonl")).unwrap();
    let predictions: Vec<f64> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["kind"] == "validation")
        .map(|line| line["values"]["prediction_4"].as_f64().unwrap())
        .collect();
    assert!(predictions.last().unwrap() < &(0.8 * predictions[0]), "{predictions:?}");
    for name in ["filters", "photograph", "by_number_of_filters", "filters_while_learning"] {
        let picture = image::open(out.join(format!("images/{name}.png"))).unwrap();
        assert!(picture.width() > 50 && picture.height() > 25, "{name}");
    }
    assert!(stdout(&output).contains(&fs::read_to_string(out.join("summary.txt")).unwrap()));
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("A whole photograph"));
    assert!(out.join("DONE").exists());
}

#[test]
fn help_says_what_the_study_is_and_tables_keep_its_own_defaults() {
    let desk = desk();
    let help = stdout(&succeed(study(&desk, &["--help"])));
    assert!(help.starts_with("Learn convolutional filters of photographs together with encoders"), "{help}");
    assert!(!help.contains("```") && help.contains("Examples:"), "{help}");
    // The configuration that these are set in says something of the windows, but not how they are smoothed.
    let config = stdout(&succeed(study(&desk, &["--check"])));
    assert!(config.contains("lambda = 0.5") && config.contains("pad = 16") && config.contains("side = 24"), "{config}");
}

#[test]
fn colours_and_an_encoder_of_tanh() {
    let desk = Desk::new();
    write_photographs(&desk.path("data/bsds"), Channels::Colour);
    let sets = ["--set", "colour=true", "--set", "energy.nonlinearity=\"tanh\"", "--epochs", "2"];
    succeed(study(&desk, &sets));
    let decoder: Array4<f32> = ndarray_npy::read_npy(desk.path("out/decoder_4.npy")).unwrap();
    assert_eq!(decoder.dim(), (4, 3, 5, 5));
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
    // A last batch that is smaller, checkpoints inside of epochs.
    let sets = ["--set", "training.checkpoint_every=2 steps", "--set", "windows.train=7", "--epochs", "6"];
    succeed(study(&desk, &[&sets[..], &["--output", "whole", "--threads", "2"]].concat()));
    kill_until_finished(&desk.path("out"), || study(&desk, &[&sets[..], &["--resume", "--threads", "1"]].concat()));
    let results =
        |folder| results(&desk.path(folder), &["decoder_1.npy", "decoder_4.npy", "encoder_4.npy", "model.safetensors"]);
    assert!(results("out") == results("whole"), "another run than the undisturbed one");
}

#[test]
fn configurations_out_of_their_domain_are_refused_and_leave_nothing() {
    let desk = desk();
    let cases: [(&[&str], &[&str]); 8] = [
        (&["--filters", "[0, 3, 4]"], &["filters: must be at least one number, each at least 1", "[0, 3, 4]"]),
        (&["--set", "drawn=8"], &["drawn: must be one of filters, [1, 4], got 8"]),
        (&["--set", "windows.side=9"], &["windows.side: must be at least 10, twice the side of a filter, got 9"]),
        (&["--lambda", "nan"], &["energy.lambda: must be a finite number, above 0, got NaN"]),
        (&["--set", "energy.alpha=-1"], &["energy.alpha: must be a finite number, at least 0, got -1e0"]),
        (&["--set", "energy.iterations=0"], &["energy.iterations: must be at least 1"]),
        (&["--set", "energy.nonlinearity=\"relu\""], &["energy.nonlinearity", "relu", "tanh"]),
        (&["--set", "dataset=mnist"], &["dataset: must be auto, bsds or synthetic, got mnist"]),
    ];
    for (flags, expected) in cases {
        let text = fail(study(&desk, flags), 1);
        assert!(expected.iter().all(|part| text.contains(part)), "{flags:?}: {expected:?} in\n{text}");
        assert!(desk.left().is_empty(), "{flags:?} left {:?}", desk.left());
    }
}
