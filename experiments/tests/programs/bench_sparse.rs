//! The program `bench_sparse` as a user runs it.

use crate::support::{Desk, TEST, fail, stdout, succeed, with_defaults};
use ndarray::{Array2, ArrayView2, Axis, ShapeBuilder};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

const ATOMS: usize = 10;

fn bench(desk: &Desk, flags: &[&str]) -> Command {
    let flags = with_defaults(flags, &[["--data-dir", "data"], ["--lambda", "0.5"]]);
    desk.command(env!("CARGO_BIN_EXE_bench_sparse"), &flags)
}

/// The measurements on the standard output, one a line.
fn measurements(command: Command) -> Vec<Value> {
    let text = stdout(&succeed(command));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn keys(measurement: &Value) -> Vec<&str> {
    measurement.as_object().unwrap().keys().map(String::as_str).collect()
}

fn read(path: &Path) -> Array2<f32> {
    ndarray_npy::read_npy(path).unwrap()
}

/// Unit atoms in columns: columns of the identity and of a checkerboard, so that some overlap.
fn atoms() -> Array2<f32> {
    let mut atoms = Array2::from_shape_fn((784, ATOMS), |(i, j)| {
        let (row, column) = (i / 28, i % 28);
        f32::from(u8::from(row.abs_diff(6 + 2 * (j % 5)) < 3 && column.abs_diff(9 + 8 * (j / 5)) < 6))
    });
    for mut atom in atoms.axis_iter_mut(Axis(1)) {
        let norm = atom.dot(&atom).sqrt();
        atom /= norm;
    }
    atoms
}

fn write(desk: &Desk, name: &str, array: ArrayView2<f32>) {
    ndarray_npy::write_npy(desk.path(name), &array).unwrap();
}

#[test]
fn rows_and_columns_give_the_same_codes() {
    let desk = Desk::with_data();
    let columns = atoms();
    write(&desk, "columns.npy", columns.view());
    write(&desk, "rows.npy", columns.t().as_standard_layout().view());
    let mut fortran = Array2::zeros(columns.dim().f());
    fortran.assign(&columns);
    write(&desk, "fortran.npy", fortran.view());

    let codes = |dictionary: &str| {
        let flags = ["encode", "--dictionary", dictionary, "--gap", "1e-5", "--save", "codes.npy", "--threads", "2"];
        let measured = measurements(bench(&desk, &flags));
        assert_eq!(measured.len(), 1);
        (read(&desk.path("codes.npy")), measured[0].clone())
    };
    let (codes_of_columns, measured) = codes("columns.npy");
    assert_eq!(codes_of_columns.dim(), (TEST, ATOMS));
    assert!(codes_of_columns == codes("rows.npy").0);
    assert!(codes_of_columns == codes("fortran.npy").0);

    assert_eq!(keys(&measured), ["task", "peer", "threads", "seconds", "n", "objective", "worst_gap", "nonzeros"]);
    assert_eq!((&measured["task"], &measured["threads"]), (&"sparse_encode".into(), &2.into()));
    assert_eq!(measured["n"], TEST);
    assert!(measured["worst_gap"].as_f64().unwrap() <= 1e-5, "{measured}");
    let nonzeros = codes_of_columns.iter().filter(|z| **z != 0.0).count() as f64 / TEST as f64;
    assert!(nonzeros > 1.0 && (measured["nonzeros"].as_f64().unwrap() - nonzeros).abs() < 1e-9, "{measured}");

    // What is saved scores what is printed.
    let images = latent_datasets::synthetic::strokes::splits(5, 0, TEST).test.rows::<f32>(..).mapv(f64::from);
    let z = codes_of_columns.mapv(f64::from);
    let residual = images - z.dot(&columns.mapv(f64::from).t());
    let energy = (0.5 * residual.mapv(|r| r * r).sum() + 0.5 * z.mapv(f64::abs).sum()) / TEST as f64;
    let objective = measured["objective"].as_f64().unwrap();
    assert!((energy - objective).abs() < 1e-9 * objective, "{energy} {objective}");
}

#[test]
fn codes_do_not_depend_on_threads_and_runs_are_repeated() {
    let desk = Desk::with_data();
    write(&desk, "atoms.npy", atoms().view());
    let codes = |threads: &str| {
        let flags = ["encode", "--dictionary", "atoms.npy", "--threads", threads, "--runs", "2", "--save", "z.npy"];
        assert_eq!(measurements(bench(&desk, &flags)).len(), 2);
        fs::read(desk.path("z.npy")).unwrap()
    };
    assert!(codes("1") == codes("2"));
}

#[test]
fn learned_atoms_are_unit_rows_and_can_be_coded_with() {
    let desk = Desk::with_data();
    let flags = ["learn", "--atoms", "10", "--epochs", "1.5", "--batch-size", "64", "--save", "atoms.npy"];
    let measured = &measurements(bench(&desk, &flags))[0];
    assert_eq!(
        keys(measured),
        ["task", "peer", "threads", "epochs", "seconds", "test_objective", "dead_atoms_replaced"]
    );
    assert_eq!((&measured["task"], &measured["epochs"]), (&"dictionary_learning".into(), &1.5.into()));
    let atoms = read(&desk.path("atoms.npy"));
    assert_eq!(atoms.dim(), (10, 784));
    for atom in atoms.rows() {
        assert!((atom.dot(&atom) - 1.0).abs() < 1e-5, "{}", atom.dot(&atom));
    }
    let coded = &measurements(bench(&desk, &["encode", "--dictionary", "atoms.npy", "--gap", "1e-6"]))[0];
    let [learned, coded] = [&measured["test_objective"], &coded["objective"]].map(|value| value.as_f64().unwrap());
    assert!((learned - coded).abs() < 1e-4 * learned, "{learned} {coded}");
}

#[test]
fn bad_input_is_an_error_that_says_what_was_expected() {
    let desk = Desk::with_data();
    write(&desk, "atoms.npy", atoms().view());
    write(&desk, "wrong.npy", Array2::zeros((5, 100)).view());
    let mut broken = atoms();
    broken[[3, 1]] = f32::NAN;
    write(&desk, "nan.npy", broken.view());
    ndarray_npy::write_npy(desk.path("f64.npy"), &atoms().mapv(f64::from)).unwrap();
    fs::write(desk.path("text.npy"), "no array").unwrap();
    let encode = |dictionary| ["encode", "--dictionary", dictionary];
    let with = |flags: &[&'static str]| [&encode("atoms.npy")[..], flags].concat();
    let cases: [(Vec<&str>, i32, &[&str]); 16] = [
        (encode("wrong.npy").into(), 1, &["wrong.npy is 5 x 100", "784"]),
        (encode("missing.npy").into(), 1, &["missing.npy", "No such file", "help:"]),
        (encode("text.npy").into(), 1, &["text.npy", "help:"]),
        (encode("f64.npy").into(), 1, &["f64.npy", "f32", "help:"]),
        (encode("nan.npy").into(), 1, &["NaN", "row 3, column 1"]),
        (vec!["encode"], 2, &["--dictionary"]),
        (with(&["--lambda", "-1"]), 1, &["lambda is -1", "at least 0"]),
        (with(&["--lambda", "nan"]), 1, &["lambda is NaN"]),
        (with(&["--gap", "nan"]), 1, &["gap", "NaN"]),
        (with(&["--runs", "0"]), 2, &["--runs"]),
        (with(&["--save", "nowhere/codes.npy"]), 1, &["nowhere/codes.npy"]),
        (vec!["learn", "--atoms", "0"], 1, &["atoms is 0", "at least 1"]),
        (vec!["learn", "--atoms", "301"], 1, &["301", "300"]),
        (vec!["learn", "--epochs", "0"], 1, &["--epochs is 0"]),
        (vec!["learn", "--batch-size", "0"], 1, &["batch_size is 0"]),
        (vec!["learn", "--atoms", "10", "--gap", "nan"], 1, &["gap", "NaN"]),
    ];
    let before = desk.left();
    for (flags, code, expected) in cases {
        let text = fail(bench(&desk, &flags), code);
        assert!(expected.iter().all(|part| text.contains(part)), "{flags:?}: {expected:?} in\n{text}");
        assert_eq!(desk.left(), before, "{flags:?}");
    }
}
