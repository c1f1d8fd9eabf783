//! What a run leaves.

use super::data::FewLabelled;
use super::encoder::Encoder;
use super::task::{ClassifierTask, Confusion};
use super::{BATCH, Config};
use crate::data;
use crate::failure::Failure;
use crate::picture::{self, captioned, side};
use crate::print::summarise;
use image::RgbImage;
use latent_layers::Module;
use latent_tensor::Tensor;
use latent_train::Source;
use latent_train::progress::grouped;
use latent_train::report::{Figure, Picture, Section, Study};
use latent_train::session::Ended;
use latent_train::sources::Images;
use ndarray::Ix2;
use serde_json::json;

/// Columns of a sheet.
const COLUMNS: usize = 16;
/// Test images shown that were taken for others.
const SHOWN: usize = 48;
const SCALE: usize = 3;

/// Classifies the test images, and draws what the features are made with and what went wrong.
pub fn conclude(config: &Config, task: &ClassifierTask, data: &FewLabelled, ended: &Ended) -> Result<Study, Failure> {
    let classes = data.train.classes();
    let mut confusion = Confusion::zeros((classes, classes));
    let (mut loss, mut wrong) = (0.0, Vec::new());
    let source = Images::in_order(&data.test, BATCH)?;
    for index in 0..source.batches() {
        let batch = source.batch(0, index);
        let judged = task.classify(&batch).map_err(|error| Failure::new(error.to_string()))?;
        loss += judged.loss;
        for (at, (taken, label)) in judged.classes.iter().zip(&batch.labels).enumerate() {
            confusion[[*label, *taken]] += 1;
            if taken != label && wrong.len() < SHOWN {
                wrong.push((batch.indices[at], *label, *taken));
            }
        }
    }
    let (images, right) = (data.test.len(), confusion.diag().sum());
    let (accuracy, loss) = (right as f64 / images as f64, loss / images as f64);
    let folder = ended.records.folder();
    let counts: Vec<Vec<usize>> = confusion.outer_iter().map(|row| row.to_vec()).collect();
    folder.json(
        "test.json",
        &json!({ "images": images, "accuracy": accuracy, "cross_entropy": loss, "confusion": counts }),
    )?;
    let set = data::title_of(&data.train);
    let text = format!(
        "{set}, {} labels, features: {}{}\naccuracy {:.2} % of {} test images, cross-entropy {loss:.4} nats\n",
        grouped(config.labels as u64),
        config.told(),
        if task.is_trained() { ", trained along" } else { "" },
        100.0 * accuracy,
        grouped(images as u64)
    );
    summarise(&folder, &text)?;

    let on = format!("{} test images", grouped(images as u64));
    let mut study = Study::new(
        format!("{set} from {} labels", grouped(config.labels as u64)),
        format!("A linear classifier on {}{}.", config.told(), if task.is_trained() { ", trained along" } else { "" }),
    )
    .unit("accuracy", "of 1")
    .figure(Figure::new("accuracy, test", 100.0 * accuracy, "%").note(&on))
    .figure(Figure::new("cross-entropy, test", loss, "nats").note(&on));
    if let Some(sheet) = features(task.encoder(), side(&data.train)) {
        folder.image("features", &sheet)?;
        let text = "Atoms or filters, as they are after training, each scaled to its own largest value: blue above zero, red below.";
        study = study.section(
            Section::new("What the features are made with", text)
                .picture(Picture::new("images/features.png", "").wide()),
        );
    }
    if !wrong.is_empty() {
        folder.image("mistakes", &mistakes(data, &wrong))?;
        study = study.section(
            Section::new("Mistakes", table(&confusion)).picture(
                Picture::new(
                    "images/mistakes.png",
                    "The first test images taken for others: class, and what it was taken for",
                )
                .wide(),
            ),
        );
    }
    Ok(study)
}

/// Atoms, or the weights that take their place as they are now.
fn features(encoder: &Encoder, side: (usize, usize)) -> Option<RgbImage> {
    // The first weights of a network: (pixels, atoms), or (filters, channels, height, width).
    let weights = || Some(encoder.parameters().into_iter().find(|(path, _)| path.ends_with("encoder"))?.1.tensor());
    let tiles = match encoder {
        Encoder::Pixels => return None,
        Encoder::Codes(dictionary, _) => picture::columns(dictionary.atoms(), side),
        Encoder::Network(_) => picture::columns(weights()?.view_as::<Ix2>(), side),
        Encoder::Convolutional { .. } => {
            let filters = weights()?;
            let &[count, channels, height, width] = filters.shape() else { return None };
            let flat = filters.reshape(&[count, channels * height * width]);
            picture::columns(flat.view_as::<Ix2>().t(), (channels * height, width))
        }
    };
    // Filters are smaller than images, and shown larger.
    let scale = SCALE * (side.0 / tiles.first()?.nrows()).max(1);
    Some(picture::atoms(&tiles, COLUMNS, scale))
}

/// How often each class was taken for which.
fn table(confusion: &Confusion) -> String {
    let classes = confusion.nrows();
    let rows = confusion.outer_iter().enumerate().map(|(class, row)| {
        let right = row[class] as f64 / row.sum().max(1) as f64;
        let worst = (0..classes).filter(|&other| other != class).max_by_key(|&other| (row[other], classes - other));
        let most = worst
            .filter(|&other| row[other] > 0)
            .map_or_else(String::new, |other| format!(", most often taken for {other} ({})", row[other]));
        format!("Class {class}: {:.1} % right{most}. ", 100.0 * right)
    });
    rows.collect::<String>().trim_end().to_owned()
}

fn mistakes(data: &FewLabelled, wrong: &[(usize, usize, usize)]) -> RgbImage {
    let indices: Vec<usize> = wrong.iter().map(|(index, ..)| *index).collect();
    let captions: Vec<String> = wrong.iter().map(|(_, label, taken)| format!("{label} → {taken}")).collect();
    captioned(&Tensor::constant(data.test.rows::<f32>(&indices)), side(&data.test), COLUMNS, &[], &captions)
}
