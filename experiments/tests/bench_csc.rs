//! The program `bench_csc` as a user runs it.

// It also holds what the programs on MNIST need.
#[allow(dead_code)]
mod support;

use latent_numeric::random::Stream;
use ndarray::{Array3, Array4, ArrayView2, Axis};
use serde_json::Value;
use std::fs;
use std::process::Command;
use support::{Desk, fail, stdout, succeed};

const SIZE: usize = 20;

/// A desk with three images and four filters.
fn desk() -> Desk {
    let desk = Desk::new();
    let mut stream = Stream::new(1, "images", &[]);
    let mut write = |name: &str, shape: (usize, usize, usize), scale: f32| {
        let array: Array3<f32> = stream.normal_array(shape);
        ndarray_npy::write_npy(desk.path(name), &(array * scale)).unwrap();
    };
    write("images.npy", (SIZE, SIZE, 3), 0.3);
    write("filters.npy", (3, 3, 4), 0.3);
    desk
}

fn bench(desk: &Desk, flags: &[&str]) -> Command {
    desk.command(env!("CARGO_BIN_EXE_bench_csc"), flags)
}

fn measurements(command: Command) -> Vec<Value> {
    let text = stdout(&succeed(command));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn read(desk: &Desk, name: &str) -> Array3<f64> {
    let array: Array3<f32> = ndarray_npy::read_npy(desk.path(name)).unwrap();
    array.mapv(f64::from)
}

/// `1/2 ||sum_k d_k * z_k - s||^2 + lambda sum_k ||z_k||_1` as it is written; all with the count last.
fn objective(d: &Array3<f64>, z: &Array3<f64>, s: ArrayView2<f64>, lambda: f64) -> f64 {
    let (h, w, _) = d.dim();
    let mut r = s.to_owned();
    for ((i, j, k), &z) in z.indexed_iter().filter(|(_, z)| **z != 0.0) {
        for a in 0..h {
            for b in 0..w {
                r[[(i + a) % SIZE, (j + b) % SIZE]] -= z * d[[a, b, k]];
            }
        }
    }
    0.5 * r.mapv(|r| r * r).sum() + lambda * z.mapv(f64::abs).sum()
}

#[test]
fn maps_score_what_is_printed_on_any_number_of_threads() {
    let desk = desk();
    let run = |threads: &str| {
        let flags = ["encode", "--images", "images.npy", "--filters", "filters.npy", "--image", "1"];
        let more = ["--iterations", "3,40", "--runs", "2", "--save", "maps.npy", "--threads", threads];
        let measured = measurements(bench(&desk, &[&flags[..], &more].concat()));
        assert_eq!(measured.len(), 4);
        (measured, fs::read(desk.path("maps.npy")).unwrap())
    };
    let (measured, bits) = run("1");
    assert!(bits == run("2").1);
    let (first, last) = (&measured[0], &measured[3]);
    let keys: Vec<_> = last.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["task", "peer", "threads", "iterations", "seconds", "objective", "gap", "nonzeros"]);
    assert_eq!((&last["task"], &last["iterations"]), (&"csc_encode".into(), &40.into()));
    let figure = |of: &Value, name: &str| of[name].as_f64().unwrap();
    assert!(figure(last, "objective") < figure(first, "objective"));
    let (maps, images) = (read(&desk, "maps.npy"), read(&desk, "images.npy"));
    let want = objective(&read(&desk, "filters.npy"), &maps, images.index_axis(Axis(2), 1), 0.05);
    assert!((figure(last, "objective") - want).abs() < 1e-9 * want, "{last} {want}");
    let nonzeros = maps.iter().filter(|z| **z != 0.0).count() as f64 / maps.len() as f64;
    assert!(nonzeros > 0.0 && (figure(last, "nonzeros") - nonzeros).abs() < 1e-12, "{last}");
}

#[test]
fn learned_filters_are_feasible_and_can_be_coded_with() {
    let desk = desk();
    let flags = ["learn", "--images", "images.npy", "--filters", "5", "--size", "4", "--epochs", "6"];
    let measured = &measurements(bench(&desk, &[&flags[..], &["--save", "learned.npy"]].concat()))[0];
    let keys: Vec<_> = measured.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["task", "peer", "threads", "iterations", "seconds", "objective", "data_fidelity", "l1"]);
    let figure = |name: &str| measured[name].as_f64().unwrap();
    assert!((figure("objective") - figure("data_fidelity") - 0.05 * figure("l1")).abs() < 1e-6, "{measured}");
    let learned = read(&desk, "learned.npy");
    assert_eq!(learned.dim(), (4, 4, 5));
    for d in learned.axis_iter(Axis(2)) {
        assert!(d.mapv(|v| v * v).sum() <= 1.0 + 1e-5 && d.sum().abs() < 1e-5);
    }
    let flags = ["encode", "--images", "images.npy", "--filters", "learned.npy", "--solver", "greedy"];
    assert_eq!(measurements(bench(&desk, &flags)).len(), 1);
}

#[test]
fn bad_input_is_an_error_that_says_what_was_expected() {
    let desk = desk();
    let four: Array4<f32> = Array4::zeros((3, 3, 1, 4));
    ndarray_npy::write_npy(desk.path("four.npy"), &four).unwrap();
    let large: Array3<f32> = Array3::ones((SIZE + 1, 3, 2));
    ndarray_npy::write_npy(desk.path("large.npy"), &large).unwrap();
    let encode = ["encode", "--images", "images.npy", "--filters"];
    for (flags, said) in [
        (["missing.npy", "--image", "0"], "cannot read missing.npy"),
        (["four.npy", "--image", "0"], "three axes of f32"),
        (["large.npy", "--image", "0"], "smaller than a filter of 21 x 3"),
        (["filters.npy", "--image", "3"], "--image is 3, but there are 3 images"),
        (["filters.npy", "--lambda", "-1"], "lambda is -1"),
        (["filters.npy", "--save", "no/folder.npy"], "cannot write no/folder.npy"),
    ] {
        let error = fail(bench(&desk, &[&encode[..], &flags].concat()), 1);
        assert!(error.contains(said), "{flags:?}: {error}");
    }
}
