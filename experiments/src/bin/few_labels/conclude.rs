//! What a run leaves.

use super::data::FewLabelled;
use super::encoder::Encoder;
use super::task::{ClassifierTask, Confusion};
use super::{BATCH, Config};
use image::RgbImage;
use latent_layers::Module;
use latent_report::picture::{self, captioned, side};
use latent_report::plot::confusion as confusion_matrix;
use latent_report::{Picture, SHARE, Section, Study};
use latent_study::data;
use latent_study::failure::Failure;
use latent_study::results::{Results, Value};
use latent_study::saved::Save;
use latent_train::Source;
use latent_train::progress::{Progress, grouped};
use latent_train::session::Ended;
use latent_train::sources::Images;
use ndarray::Ix2;

/// Columns of a sheet.
const COLUMNS: usize = 12;
/// Test images shown that were taken for others, and that are uncertain.
const SHOWN: usize = 48;
const SCALE: usize = 3;

/// Classifies the test images, and draws what the features are made with and what went wrong.
pub fn conclude(config: &Config, task: &ClassifierTask, data: &FewLabelled, ended: &Ended) -> Result<Study, Failure> {
    let classes = data.train.classes();
    let mut confusion = Confusion::zeros((classes, classes));
    let (mut loss, mut all) = (0.0, Vec::new());
    let source = Images::in_order(&data.test, BATCH)?;
    let progress = Progress::new("classifying the test images", data.test.len() as u64, "images");
    for index in 0..source.batches() {
        ended.interrupt.check()?;
        let batch = source.batch(0, index);
        progress.advance(batch.indices.len() as u64);
        let judged = task.classify(&batch).map_err(|error| Failure::new(error.to_string()))?;
        loss += judged.loss;
        for (at, (taken, label)) in judged.classes.iter().zip(&batch.labels).enumerate() {
            confusion[[*label, *taken]] += 1;
            let (probability, entropy) = (judged.probabilities[at], judged.entropies[at]);
            all.push(Seen { index: batch.indices[at], label: *label, taken: *taken, probability, entropy });
        }
    }
    progress.finish();
    let (images, right) = (data.test.len(), confusion.diag().sum());
    let (accuracy, loss) = (right as f64 / images as f64, loss / images as f64);
    let folder = ended.records.folder();
    let counts: Vec<Vec<usize>> = confusion.outer_iter().map(|row| row.to_vec()).collect();
    let (set, features) = (data::title_of(&data.train), config.told());
    let trained = if task.is_trained() { ", trained along" } else { "" };
    let labels = grouped(config.labels as u64);
    let on = format!("{} test images", grouped(images as u64));
    let results = Results::new(format!("{set}, {labels} labels, features: {features}{trained}"))
        .data("images", &images)
        .data("confusion", &counts)
        .value(Value::new("accuracy, test", accuracy, SHARE).key("accuracy").note(&on))
        .value(Value::new("cross-entropy, test", loss, "nats").key("cross_entropy").note(&on));
    let about = format!("A linear classifier on {features}{trained}.");
    let mut study = Study::new(format!("{set} from {labels} labels"), about).unit("objective", "nats");
    if let Some(sheet) = sheet_of_features(task.encoder(), side(data.train.image_dim())) {
        folder.image("features", &sheet)?;
        let text = "Atoms or filters, as they are after training, each scaled to its own largest value: blue above zero, red below.";
        study = study.section(
            Section::new("What the features are made with", text)
                .picture(Picture::new("images/features.png", "").wide()),
        );
    }
    let names: Vec<String> = (0..classes).map(|class| class.to_string()).collect();
    confusion_matrix(confusion.view(), &names).save(&folder, "confusion")?;
    let text = format!("{on} by their class and by what they were taken for; each as dark as its share of its class.");
    study = study
        .section(Section::new("Confusion", text).picture(Picture::new("images/confusion.png", hardest(&confusion))));
    let surest = most(&all, |seen| (seen.taken != seen.label).then_some(seen.probability));
    if !surest.is_empty() {
        let captions =
            surest.iter().map(|seen| format!("{} → {}, {:.0} %", seen.label, seen.taken, 100.0 * seen.probability));
        folder.image("mistakes", &sheet(data, &surest, captions.collect()))?;
        let text = "Test images taken for others with the highest probability: class, what it was taken for, and with \
                    which probability.";
        study = study
            .section(Section::new("Surest mistakes", text).picture(Picture::new("images/mistakes.png", "").wide()));
    }
    let doubtful = most(&all, |seen| Some(seen.entropy));
    let captions = doubtful.iter().map(|seen| format!("{} → {}, {:.2}", seen.label, seen.taken, seen.entropy));
    folder.image("uncertain", &sheet(data, &doubtful, captions.collect()))?;
    let text = format!(
        "Test images with the highest entropy of their probabilities: class, what it was taken for, and the entropy in \
         nats, which is at most {:.2}.",
        (classes as f64).ln()
    );
    let study =
        study.section(Section::new("Most uncertain", text).picture(Picture::new("images/uncertain.png", "").wide()));
    Ok(results.publish(&folder, study)?)
}

/// A test image and what was said of it.
struct Seen {
    index: usize,
    label: usize,
    taken: usize,
    /// Of the class that it was taken for.
    probability: f64,
    /// In nats.
    entropy: f64,
}

/// The images with the largest values, the largest first.
fn most(all: &[Seen], by: impl Fn(&Seen) -> Option<f64>) -> Vec<&Seen> {
    let mut found: Vec<(f64, &Seen)> = all.iter().filter_map(|seen| Some((by(seen)?, seen))).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().take(SHOWN).map(|(_, seen)| seen).collect()
}

/// Atoms, or the weights that take their place as they are now.
fn sheet_of_features(encoder: &Encoder, side: (usize, usize)) -> Option<RgbImage> {
    // The first weights of a network: (pixels, atoms), or (filters, channels, height, width).
    let weights = || Some(encoder.parameters().into_iter().find(|(path, _)| path.ends_with("encoder"))?.1.tensor());
    let tiles = match encoder {
        Encoder::Pixels => return None,
        Encoder::Codes(dictionary, _) => picture::columns(dictionary.tensor().view_as(), side),
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

/// The class that is right least often, and what it is taken for most.
fn hardest(confusion: &Confusion) -> String {
    let right = |class: usize| confusion[[class, class]] as f64 / confusion.row(class).sum().max(1) as f64;
    let Some(class) = (0..confusion.nrows()).min_by(|&a, &b| right(a).total_cmp(&right(b))) else {
        return String::new();
    };
    let others = (0..confusion.ncols()).filter(|&other| other != class);
    let most = others.max_by_key(|&other| (confusion[[class, other]], std::cmp::Reverse(other)));
    let most = most.filter(|&other| confusion[[class, other]] > 0).map_or_else(String::new, |other| {
        format!(", and most often taken for {other} ({} times)", grouped(confusion[[class, other]] as u64))
    });
    format!("Class {class} is right least often, {:.1} %{most}", 100.0 * right(class))
}

fn sheet(data: &FewLabelled, seen: &[&Seen], captions: Vec<String>) -> RgbImage {
    let indices: Vec<usize> = seen.iter().map(|seen| seen.index).collect();
    captioned(data.test.rows::<f32>(&indices).view(), side(data.test.image_dim()), COLUMNS, &[], &captions)
}
