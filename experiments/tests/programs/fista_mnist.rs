//! The program `fista_mnist` as a user runs it.

use crate::support::{Desk, TEST, TRAIN, fail, results, stderr, stdout, succeed, write_set};
use latent_datasets::synthetic::strokes;
use ndarray::{Array2, Axis};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fista_mnist");

/// A run on the small data set that takes a moment.
fn study(desk: &Desk, flags: &[&str]) -> Command {
    let small =
        [["--data-dir", "data"], ["--output", "out"], ["--atoms", "12"], ["--epochs", "2"], ["--lambda", "0.5"]];
    desk.command(PROGRAM, &desk.with_defaults(flags, &small))
}

/// The figures of the test images.
fn tested(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("test.json")).unwrap()).unwrap()
}

fn metrics(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("metrics.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn dictionary(folder: &Path) -> Array2<f32> {
    ndarray_npy::read_npy(folder.join("dictionary.npy")).unwrap()
}

#[track_caller]
fn assert_unit_columns(atoms: &Array2<f32>) {
    for atom in atoms.axis_iter(Axis(1)) {
        let norm = atom.iter().map(|w| f64::from(*w).powi(2)).sum::<f64>().sqrt();
        assert!((norm - 1.0).abs() < 1e-5, "an atom of norm {norm}");
    }
}

#[test]
fn a_run_leaves_every_file_whole() {
    let desk = Desk::with_data();
    let output = succeed(study(&desk, &["--seed", "4"]));
    let out = desk.path("out");
    assert!(stderr(&output).contains("results in out"), "{}", stderr(&output));
    let mut names: Vec<String> = fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("events.out.tfevents."))
        .collect();
    names.sort();
    let files = [
        "DONE",
        "checkpoints",
        "config.toml",
        "curves.csv",
        "dictionary.npy",
        "dictionary.safetensors",
        "figures.json",
    ];
    let more = ["images", "manifest.json", "metrics.jsonl", "model.safetensors", "report.html", "solvers.json"];
    assert_eq!(names, [&files[..], &more, &["summary.txt", "test.json", "units.json"]].concat());

    let config: toml::Table = toml::from_str(&fs::read_to_string(out.join("config.toml")).unwrap()).unwrap();
    assert_eq!(config["seed"].as_integer(), Some(4));
    assert_eq!(config["atoms"].as_integer(), Some(12));
    assert_eq!(config["lambda"].as_float(), Some(0.5));
    assert_eq!(config["dataset"].as_str(), Some("mnist"));

    let manifest: Value = serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let sha256 = manifest["data"][0]["sha256"].as_object().unwrap();
    let digest = sha256["train-images-idx3-ubyte"].as_str().unwrap();
    assert!(digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit()), "{digest}");
    assert!(sha256.contains_key("train-labels-idx1-ubyte"));
    assert!(manifest["data"][0]["origin"].as_str().unwrap().contains("not the published version"), "{manifest}");
    assert!(manifest["data"][1]["sha256"]["t10k-images-idx3-ubyte"].is_string(), "{manifest}");

    let atoms = dictionary(&out);
    assert_eq!(atoms.dim(), (784, 12));
    assert_unit_columns(&atoms);
    let bytes = fs::read(out.join("dictionary.safetensors")).unwrap();
    let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let tensor = tensors.tensor("dictionary").unwrap();
    assert_eq!(tensor.shape(), [784, 12]);
    let same: Vec<f32> = tensor.data().chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    assert_eq!(atoms.iter().copied().collect::<Vec<_>>(), same);

    let model = fs::read(out.join("model.safetensors")).unwrap();
    let model = safetensors::SafeTensors::deserialize(&model).unwrap();
    assert_eq!(model.tensor("dictionary").unwrap().data(), tensor.data());

    let drawn = ["atoms", "atoms_while_learning", "reconstructions"];
    let plots = ["learning", "sparsity", "certificates", "convergence"];
    let report = fs::read_to_string(out.join("report.html")).unwrap();
    assert_eq!(
        report.matches("src=\"data:image/").count(),
        drawn.len() + plots.len() + 1,
        "all pictures are in the report"
    );
    for name in drawn.iter().chain(&plots) {
        let picture = image::open(out.join(format!("images/{name}.png"))).unwrap();
        assert!(picture.width() > 50 && picture.height() > 25, "{name}");
    }
    for name in plots {
        assert!(fs::read_to_string(out.join(format!("images/{name}.svg"))).unwrap().trim_end().ends_with("</svg>"));
    }
    assert!(stdout(&output).contains(&fs::read_to_string(out.join("summary.txt")).unwrap()));
}

#[test]
fn metrics_tell_the_whole_story() {
    let desk = Desk::with_data();
    succeed(study(&desk, &["--set", "training.batch_size=128"]));
    let metrics = metrics(&desk.path("out"));
    let of = |kind: &str| metrics.iter().filter(|metric| metric["kind"] == kind).collect::<Vec<_>>();
    assert!(metrics.iter().all(|metric| metric["kind"].is_string()));

    let (steps, validations) = (of("step"), of("validation"));
    let samples: u64 = steps.iter().map(|step| step["samples"].as_u64().unwrap()).sum();
    assert_eq!((steps.len(), samples, validations.len()), (6, 2 * TRAIN as u64, 2));
    assert!(steps.iter().all(|step| step["player"] == "dictionary" && step.get("learning_rate").is_none()));
    let objective = |values: &Value| values["objective"].as_f64().unwrap();
    let learned =
        |metrics: &[&Value]| objective(&metrics[metrics.len() - 1]["values"]) < objective(&metrics[0]["values"]);
    assert!(learned(&steps) && learned(&validations), "nothing was learned: {metrics:?}");

    let test = tested(&desk.path("out"));
    let codes = &test["codes"];
    assert_eq!((&test["images"], &test["stopped_early"]), (&TEST.into(), &false.into()));
    assert!(codes["worst_relative_gap"].as_f64().unwrap() <= 1e-4 && codes["converged"] == 1.0, "{codes}");
    let parts = codes["data_term"].as_f64().unwrap() + codes["l1_term"].as_f64().unwrap();
    assert!((objective(codes) - parts).abs() < 1e-9 * parts, "{codes}");
    // Two solvers, each certified to a ten thousandth of half the square of the images.
    let validated = objective(&validations[1]["values"]);
    assert!((validated - objective(codes)).abs() < 1e-2 * validated, "{validated} {codes}");

    let solvers: Value = serde_json::from_slice(&fs::read(desk.path("out/solvers.json")).unwrap()).unwrap();
    let curves = solvers["solvers"].as_array().unwrap();
    let mut names: Vec<&str> = curves.iter().map(|curve| curve["solver"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["admm", "coordinate-descent", "fista", "ista", "restarted-fista"]);
    for point in curves.iter().flat_map(|curve| curve["points"].as_array().unwrap()) {
        assert!(point["distance"].as_f64().unwrap() >= -1e-12 * objective(codes), "below the optimum: {point}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let desk = Desk::with_data();
    let bits = |flags: &[&str]| {
        succeed(study(&desk, flags));
        fs::read(desk.path(flags[flags.len() - 1]).join("dictionary.npy")).unwrap()
    };
    let one = bits(&["--threads", "1", "--output", "one"]);
    assert!(one == bits(&["--threads", "2", "--output", "two"]), "another number of threads, other bits");
    assert!(one != bits(&["--seed", "1", "--output", "other"]), "the seed changes nothing");
}

#[test]
fn strokes_stand_in_where_there_is_no_mnist_and_no_network() {
    let desk = Desk::new();
    let flags = ["--output", "out", "--atoms", "4", "--epochs", "1", "--lambda", "5"];
    let output = succeed(desk.command(PROGRAM, &flags));
    let summary = fs::read_to_string(desk.path("out/summary.txt")).unwrap();
    let report = fs::read_to_string(desk.path("out/report.html")).unwrap();
    assert!(stderr(&output).contains("note: ") && stderr(&output).contains("SYNTHETIC STROKES stand in"));
    for text in [summary, report] {
        assert!(text.contains("SYNTHETIC STROKES: all results are about drawn digits"), "{text}");
    }
    assert!(stderr(&output).contains("train-labels-idx1-ubyte"), "the file that was missed: {}", stderr(&output));
    let config = fs::read_to_string(desk.path("out/config.toml")).unwrap();
    assert!(config.contains("dataset = \"synthetic\""), "{config}");
    let manifest: Value = serde_json::from_slice(&fs::read(desk.path("out/manifest.json")).unwrap()).unwrap();
    assert!(manifest["data"][0]["origin"].as_str().unwrap().contains("generated by"), "{manifest}");
}

#[test]
fn every_solver_can_be_asked_for() {
    let desk = Desk::with_data();
    let help = stdout(&succeed(desk.command(PROGRAM, &["--help"])));
    assert!(help.contains("Examples:"), "{help}");
    let mut objectives = Vec::new();
    for solver in <latent_study::sparse::solvers::SolverName as clap::ValueEnum>::value_variants() {
        let name = clap::ValueEnum::to_possible_value(solver).unwrap().get_name().to_owned();
        assert!(help.contains(&name), "{name} is not in the help");
        succeed(study(&desk, &["--solver", &name, "--output", &name, "--set", "compared_images=0"]));
        let codes = &tested(&desk.path(&name))["codes"];
        assert_eq!(codes["converged"], 1.0, "{name}: {codes}");
        let summary = fs::read_to_string(desk.path(&name).join("summary.txt")).unwrap();
        let told = summary.to_lowercase().replace(' ', "-");
        assert!(told.contains(&format!("coded-by-{name}-in")), "another solver than {name}: {summary}");
        objectives.push((name, codes["objective"].as_f64().unwrap()));
    }
    // They learn from codes within one percent of the optimum, so the dictionaries are alike, not the same.
    let (least, most) = objectives.iter().fold((f64::MAX, 0.0_f64), |(l, m), (_, o)| (l.min(*o), m.max(*o)));
    assert!(most < 1.02 * least, "{objectives:?}");
}

#[test]
fn the_same_run_again_keeps_the_first() {
    let desk = Desk::with_data();
    succeed(study(&desk, &[]));
    let first = fs::read(desk.path("out/manifest.json")).unwrap();
    let again = succeed(study(&desk, &[]));
    assert!(stderr(&again).contains("out~1"), "{}", stderr(&again));
    assert_eq!(desk.left(), ["out", "out~1"]);
    assert!(fs::read(desk.path("out~1/manifest.json")).unwrap() == first);
    for folder in ["out", "out~1"] {
        assert!(desk.path(folder).join("DONE").exists(), "{folder}");
    }
    assert!(dictionary(&desk.path("out")) == dictionary(&desk.path("out~1")));
    // Another configuration is no second run of this one.
    let refused = fail(study(&desk, &["--lambda", "0.6"]), 1);
    assert!(refused.contains("another configuration") && refused.contains("help:"), "{refused}");
    assert_eq!(desk.left(), ["out", "out~1"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_learned() {
    let desk = Desk::with_data();
    // As many epochs as nobody waits for.
    let mut command = study(&desk, &["--epochs", "20000"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let out = desk.path("out");
    let begun = || fs::read_to_string(out.join("metrics.jsonl")).is_ok_and(|text| text.lines().count() >= 2);
    while !begun() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it learned");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(stderr(&output).contains("stopping after this step"), "{}", stderr(&output));

    let atoms = dictionary(&out);
    assert_eq!(atoms.dim(), (784, 12));
    assert_unit_columns(&atoms);
    let summary = fs::read_to_string(out.join("summary.txt")).unwrap();
    assert!(summary.contains("stopped early") && stdout(&output).contains(&summary), "{summary}");
    assert_eq!(tested(&out)["stopped_early"], true);
    assert!(stderr(&output).contains("help: go on with --resume out"), "{}", stderr(&output));
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("Reconstructions"));
    assert!(image::open(out.join("images/atoms.png")).is_ok());
    assert!(!out.join("DONE").exists());
}

const RESULTS: [&str; 3] = ["dictionary.npy", "model.safetensors", "figures.json"];

#[cfg(unix)]
#[test]
fn killed_or_interrupted_at_any_moment_a_run_leaves_the_same() {
    let desk = Desk::with_data();
    // Atoms that die and are replaced, checkpoints and evaluations inside of epochs, a last batch that is smaller.
    let sets = ["training.batch_size=64", "training.checkpoint_every=2 steps", "training.validate_every=3 steps"];
    let sets = sets.iter().chain(&["dead_after=64", "compared_images=0"]);
    let sets: Vec<&str> = sets.flat_map(|set| ["--set", set]).collect();
    let run =
        |flags: &[&str]| study(&desk, &[flags, &["--epochs", "8", "--atoms", "40", "--lambda", "2"], &sets].concat());
    succeed(run(&["--output", "whole", "--threads", "2"]));
    let whole = desk.path("whole");
    assert!(tested(&whole)["dead_atoms_replaced"].as_u64().unwrap() > 0, "{}", tested(&whole));
    for threads in ["1", "2"] {
        let out = desk.path(threads);
        let (mut kills, mut interrupts) = (0, 0);
        for attempt in 0_u64.. {
            let mut command = run(&["--output", threads, "--threads", threads, "--resume"]);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_micros(15_000 + 9_100 * attempt));
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                break;
            }
            if attempt % 3 == 2 {
                Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
                // It may come to its end before it looks.
                interrupts += u32::from(child.wait().unwrap().code() == Some(130));
            } else {
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
            }
            if out.join("DONE").exists() {
                break;
            }
        }
        eprintln!("{kills} processes were killed, {interrupts} interrupted, on {threads} threads");
        assert!(kills > 0 && out.join("DONE").exists());
        assert!(results(&out, &RESULTS) == results(&whole, &RESULTS), "another run than the undisturbed one");
    }
}

#[test]
fn a_run_goes_on_only_as_what_it_was() {
    let desk = Desk::with_data();
    succeed(study(&desk, &[]));
    // As if it had been killed at its end.
    fs::remove_file(desk.path("out/DONE")).unwrap();
    let flags = ["--data-dir", "data", "--resume", "out"];
    let with = |more: &[&str]| desk.command(PROGRAM, &[&flags[..], more].concat());
    let text = fail(with(&["--lambda", "0.6", "--set", "training.batch_size=100"]), 1);
    for part in ["lambda was 0.5, is 0.6", "training.batch_size was 512, is 100", "help: "] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let before = results(&desk.path("out"), &RESULTS);
    // Other images under the same name.
    let other = strokes::splits(6, TRAIN, TEST);
    fs::rename(desk.path("data"), desk.path("cache")).unwrap();
    write_set(&desk.path("data/mnist"), &other.train, &other.test);
    let text = fail(with(&[]), 1);
    assert!(text.contains("the data were ") && text.contains("sha256"), "{text}");
    fs::remove_dir_all(desk.path("data")).unwrap();
    fs::rename(desk.path("cache"), desk.path("data")).unwrap();
    succeed(with(&[]));
    assert!(results(&desk.path("out"), &RESULTS) == before);
    assert!(fail(with(&[]), 1).contains("is finished"));
}

#[test]
fn configurations_are_listed_and_tried_without_a_trace() {
    let desk = Desk::with_data();
    let list = stdout(&succeed(desk.command(PROGRAM, &["--list"])));
    assert!(list.contains("default ") && list.contains("nonnegative "), "{list}");
    let shown = stdout(&succeed(study(&desk, &["--config", "nonnegative", "--dry-run"])));
    for part in ["784 x 12", "z >= 0, by FISTA", "steps         2;", "positive = true", "300 images of 1 x 28 x 28"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(desk.left().is_empty(), "{:?}", desk.left());
}

#[test]
fn codes_that_are_held_positive_are() {
    let desk = Desk::with_data();
    for solver in ["fista", "admm"] {
        succeed(study(&desk, &["--config", "nonnegative", "--solver", solver, "--output", solver]));
        let test = tested(&desk.path(solver));
        assert_eq!(test["codes"]["converged"], 1.0, "{test}");
    }
    succeed(study(&desk, &["--output", "free"]));
    let objective = |folder: &str| tested(&desk.path(folder))["codes"]["objective"].as_f64().unwrap();
    assert!(objective("fista") > objective("free"), "a constraint that costs nothing");
}

#[test]
fn a_reader_who_leaves_does_no_harm() {
    let desk = Desk::with_data();
    let mut child = study(&desk, &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}");
    assert!(desk.path("out/DONE").exists());
}

#[test]
fn the_variable_names_a_folder_of_data_and_nothing_means_none() {
    let desk = Desk::with_data();
    fs::rename(desk.path("data"), desk.path("home")).unwrap();
    let run = |folder: &str, flags: &[&str]| {
        let mut command = study(&desk, &[&["--dataset", "mnist"], flags].concat());
        command.env("LATENT_DATA_DIR", folder);
        command
    };
    succeed(run("home", &[]));
    let text = fail(run("", &[]), 1);
    assert!(text.contains("train-labels-idx1-ubyte was not found"), "{text}");
    let text = fail(run("hme", &[]), 1);
    assert!(text.contains("hme, which LATENT_DATA_DIR names as the place of data sets, is not there"), "{text}");
    // Nothing takes the place of a folder that a flag names.
    let text = fail(run("home", &["--data-dir", "nowhere"]), 1);
    assert!(text.contains("nowhere, which --data-dir names as the place of data sets, is not there"), "{text}");
    fs::create_dir_all(desk.path("cache")).unwrap();
    for dataset in ["mnist", "auto"] {
        let text = fail(study(&desk, &["--dataset", dataset, "--data-dir", "cache"]), 1);
        let looked = "cache/mnist/train-labels-idx1-ubyte.gz";
        assert!(text.contains(looked) && text.contains("it was looked for there alone"), "{text}");
    }
}

#[test]
fn what_is_evaluated_while_training_is_named() {
    let desk = Desk::with_data();
    let told = |flags: &[&str]| stdout(&succeed(study(&desk, &[&["--dry-run"], flags].concat())));
    let test = told(&[]);
    for part in ["tested on     mnist/test: 60 images", "; nothing is chosen by it"] {
        assert!(test.contains(part), "{part} in {test}");
    }
    let held_out = told(&["--set", "validation_images=50"]);
    let parts =
        ["trained on    mnist/train: 250 images", "validated on  mnist/held-out: 50 images", "held out of training"];
    for part in parts {
        assert!(held_out.contains(part), "{part} in {held_out}");
    }
    let early = ["--set", "training.early_stopping.patience=1"];
    let refused = fail(study(&desk, &[&early[..], &["--dry-run"]].concat()), 1);
    assert!(refused.contains("training.early_stopping: nothing is held out"), "{refused}");
    assert!(refused.contains("help: --set validation_images=N"), "{refused}");
    assert!(refused == fail(study(&desk, &[&early[..], &["--check"]].concat()), 1), "a sweep is told too");
}

#[test]
fn flags_out_of_their_domain_are_refused_and_leave_nothing() {
    let desk = Desk::with_data();
    let cases: [(&[&str], i32, &[&str]); 20] = [
        (&["--atoms", "0"], 1, &["atoms: must be at least 1, got 0"]),
        (&["--atoms", "301"], 1, &["atoms is 301, expected at most 300", "help:"]),
        (&["--atoms", "18446744073709551615"], 1, &["atoms", "18446744073709551615"]),
        (&["--epochs", "0"], 1, &["training.epochs: must be at least 1"]),
        (&["--lambda", "0"], 1, &["lambda: must be a finite number above 0, got 0", "on MNIST 0.1 gives about 80"]),
        (&["--lambda", "-1"], 1, &["above 0, got -1"]),
        (&["--lambda", "nan"], 1, &["above 0, got NaN"]),
        (&["--lambda", "inf"], 1, &["above 0, got inf"]),
        (&["--lambda", "1e300"], 1, &["lambda: 1e300 has no place in single precision"]),
        (&["--lambda", "1e-300"], 1, &["lambda: 1e-300 has no place in single precision"]),
        (&["--lambda", "much"], 1, &["lambda", "\"much\"", "expected a number"]),
        (&["--lambda", "-1", "--atoms", "0"], 1, &["2 mistakes", "lambda", "atoms"]),
        (&["--set", "test_gap=0", "--set", "dead_after=0"], 1, &["2 mistakes", "test_gap", "from 1 to 16777216"]),
        (&["--set", "train_images=301"], 1, &["train_images is 301", "300 images"]),
        (&["--set", "first_atoms=zeros"], 1, &["first_atoms", "`samples` or `gaussian`"]),
        (&["--solver", "magic"], 2, &["magic", "restarted-fista"]),
        (&["--set", "solver=magic"], 1, &["magic", "restarted-fista"]),
        (&["--dataset", "mnits"], 2, &["mnits", "fashion-mnist"]),
        (&["--output", ""], 2, &["--output"]),
        (&["--threads", "two"], 2, &["--threads", "two"]),
    ];
    for (flags, code, expected) in cases {
        let text = fail(study(&desk, flags), code);
        assert!(expected.iter().all(|part| text.contains(part)), "{flags:?}: {expected:?} in\n{text}");
        assert!(desk.left().is_empty(), "{flags:?} left {:?}", desk.left());
    }
}

#[test]
fn a_lambda_at_which_every_code_is_zero_is_a_result() {
    let desk = Desk::with_data();
    succeed(study(&desk, &["--lambda", "1000"]));
    let test = tested(&desk.path("out"));
    assert_eq!((&test["codes"]["nonzeros"], &test["unused_atoms"]), (&0.0.into(), &12.into()));
    assert!(desk.path("out/images/sparsity.png").exists());
}

#[test]
fn damaged_data_is_named_and_leaves_nothing() {
    let desk = Desk::with_data();
    let images = desk.path("data/mnist/train-images-idx3-ubyte");
    let whole = fs::read(&images).unwrap();
    fs::write(&images, &whole[..whole.len() / 2]).unwrap();
    for dataset in ["auto", "mnist"] {
        let text = fail(study(&desk, &["--dataset", dataset]), 1);
        assert!(text.contains("train-images-idx3-ubyte"), "{text}");
    }
    fs::write(&images, b"<html>not found</html>").unwrap();
    let text = fail(study(&desk, &[]), 1);
    assert!(text.contains("train-images-idx3-ubyte") && text.contains("HTML"), "{text}");
    fs::write(&images, &whole).unwrap();
    fs::copy(desk.path("data/mnist/t10k-labels-idx1-ubyte"), desk.path("data/mnist/train-labels-idx1-ubyte")).unwrap();
    let text = fail(study(&desk, &[]), 1);
    assert!(text.contains("300") && text.contains("60"), "{text}");
    assert!(desk.left().is_empty(), "{:?}", desk.left());
}

#[test]
fn sets_without_images_are_refused_and_leave_nothing() {
    let desk = Desk::new();
    let (some, none) = (strokes::generate(1, 0..20), strokes::generate(1, 0..0));
    for (train, test) in [(&none, &some), (&some, &none)] {
        write_set(&desk.path("data/mnist"), train, test);
        let text = fail(study(&desk, &[]), 1);
        assert!(text.contains("image"), "{text}");
        assert!(desk.left().is_empty(), "{:?}", desk.left());
    }
}

#[test]
fn mnist_that_cannot_be_had_is_an_error_when_asked_for() {
    let desk = Desk::new();
    let text = fail(study(&desk, &["--dataset", "fashion-mnist"]), 1);
    for part in ["cache/latent/datasets/fashion-mnist/train-labels-idx1-ubyte", "Downloads that failed", "--data-dir"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(desk.left().is_empty(), "{:?}", desk.left());
}

#[test]
fn results_never_go_where_something_else_lies() {
    let desk = Desk::with_data();
    fs::create_dir(desk.path("thesis")).unwrap();
    fs::write(desk.path("thesis/chapter.tex"), "years of work").unwrap();
    let cases = [
        ("thesis", "neither empty nor the folder of a run"),
        ("thesis/chapter.tex", "a file of that name is in the way"),
        ("thesis/chapter.tex/out", "part of that path is a file"),
    ];
    for (output, expected) in cases {
        let text = fail(study(&desk, &["--output", output]), 1);
        assert!(text.contains(expected) && text.contains("help: ") && text.contains("--output"), "{text}");
    }
    assert_eq!(desk.left(), ["thesis"]);
    assert_eq!(fs::read_dir(desk.path("thesis")).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(desk.path("thesis/chapter.tex")).unwrap(), "years of work");
}
