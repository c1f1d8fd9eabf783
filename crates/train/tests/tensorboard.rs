//! Event files are read by TensorBoard itself: `scripts/read_events.py` prints what it finds.
//!
//! Needs a Python with the package `tensorboard`: `python3`, or the one that `LATENT_PYTHON` names.

use latent_train::observers::{EventFile, Value};
use serde_json::json;
use std::io::Cursor;
use std::process::Command;

fn python() -> Option<String> {
    let python = std::env::var("LATENT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let works = Command::new(&python).args(["-c", "import tensorboard"]).output();
    works.is_ok_and(|output| output.status.success()).then_some(python)
}

#[test]
fn tensorboard_reads_curves_and_pictures_and_forgets_what_was_undone() {
    let Some(python) = python() else {
        eprintln!("skipped: no Python with tensorboard; name one with LATENT_PYTHON");
        return;
    };
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

    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/read_events.py");
    let output = Command::new(python).arg(script).arg(here.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let objective = read["scalars"]["train/objective"].as_array().unwrap();
    assert_eq!(objective.len(), 251);
    assert_eq!((&objective[250], &objective[0]), (&json!([251, -1.0]), &json!([1, 1.0])));
    assert_eq!(read["scalars"]["train/kl"].as_array().unwrap().len(), 250);
    assert_eq!(read["images"]["samples"], json!([[200, 5, 3, png.get_ref().len()]]));
}
