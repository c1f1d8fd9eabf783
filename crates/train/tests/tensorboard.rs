//! Event files are read by TensorBoard itself: `scripts/read_events.py` prints what it finds.
//!
//! Needs a Python with the package `tensorboard`: `python3`, or the one that `LATENT_PYTHON` names.

mod support;

use latent_needs::Need;
use latent_train::Every;
use latent_train::config::Training;
use latent_train::interrupt::Interrupt;
use latent_train::observers::{EventFile, Value};
use latent_train::run::Place;
use latent_train::session::{Options, Resume, Session};
use serde_json::json;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;
use support::{Game, executor};

/// What TensorBoard finds in a folder.
fn events(python: &Path, folder: &Path) -> serde_json::Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/read_events.py");
    let output = Command::new(python).arg(script).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn tensorboard_reads_curves_and_pictures_and_forgets_what_was_undone() {
    let Some(python) = Need::Tensorboard.find() else { return };
    let here = tempfile::tempdir().unwrap();
    let mut file = EventFile::create(here.path(), None).unwrap();
    for step in 1..=300 {
        let values = [("train/objective", Value::Scalar(1.0 / step as f64)), ("train/kl", Value::Scalar(step as f64))];
        file.write(step, &values).unwrap();
    }
    let mut png = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(5, 3, image::Rgb([200, 30, 10])).write_to(&mut png, image::ImageFormat::Png).unwrap();
    file.write(200, &[("samples", Value::Png { height: 3, width: 5, bytes: png.get_ref() })]).unwrap();
    drop(file);
    // The run goes on after 250 steps; what came later is drawn anew.
    let mut file = EventFile::create(here.path(), Some(250)).unwrap();
    file.write(251, &[("train/objective", Value::Scalar(-1.0))]).unwrap();

    let read = events(&python, here.path());
    let objective = read["scalars"]["train/objective"].as_array().unwrap();
    assert_eq!(objective.len(), 251);
    assert_eq!((&objective[250], &objective[0]), (&json!([251, -1.0]), &json!([1, 1.0])));
    assert_eq!(read["scalars"]["train/kl"].as_array().unwrap().len(), 250);
    assert_eq!(read["images"]["samples"], json!([[200, 5, 3, png.get_ref().len()]]));
}

/// Trains in a folder, with or without histograms; the weights at the end.
fn train(folder: &Path, every: Every) -> Vec<(String, Vec<u8>)> {
    let game = Game::new(3);
    let training = Training { histograms_every: every, ..Training::default() };
    let options = Options {
        study: "toy",
        place: Place::Exactly(folder.to_owned()),
        resume: Resume::New,
        seed: 7,
        threads: 1,
        data: Vec::new(),
        training: &training,
        interrupt: Interrupt::default(),
    };
    let config = toml::toml! {
        name = "a game"
        flag = true
        [optimizer]
        learning_rate = 0.1
    };
    let ended = Session::start(executor(&game, 12, None), &config, options).unwrap().run().unwrap();
    ended.records.final_figures(12, &[("error, test".to_owned(), 0.25), ("none".to_owned(), f64::NAN)]).unwrap();
    ended.finish().unwrap();
    game.weights()
}

#[test]
fn tensorboard_reads_histograms_and_hyperparameters_and_training_is_the_same() {
    let here = tempfile::tempdir().unwrap();
    let (with, without) = (here.path().join("with"), here.path().join("without"));
    assert_eq!(train(&with, Every::Steps(4)), train(&without, Every::Never));
    let Some(python) = Need::Tensorboard.find() else { return };
    let read = events(&python, &with);
    // Each of 16 hidden units of the critic has four weights.
    for tag in ["weights/critic/0.weight", "gradients/critic/0.weight"] {
        let histograms = read["histograms"][tag].as_array().unwrap_or_else(|| panic!("{tag}: {}", read["histograms"]));
        let windows: Vec<u64> = histograms.iter().map(|of| (of[0].as_u64().unwrap() - 1) / 4).collect();
        assert_eq!(windows, [0, 1, 2]);
        assert!(histograms.iter().all(|of| of[3] == 64.0 && of[4] == 64.0), "{histograms:?}");
    }
    let want = json!({ "name": "a game", "flag": true, "optimizer.learning_rate": 0.1, "seed": 7.0, "status": 1 });
    assert_eq!(read["hyperparameters"], want);
    assert_eq!(read["scalars"]["final/error, test"], json!([[12, 0.25]]));
    assert!(read["scalars"]["final/none"].is_null());
    assert_eq!(events(&python, &without)["histograms"], json!({}));
}
