//! Learning, with a bar and a line of metrics a batch.

use super::Config;
use crate::data::ImageSamples;
use crate::failure::Failure;
use latent_datasets::LabelledImages;
use latent_sparse::dictionary::{DictionaryLearner, Progress as Batch};
use latent_train::interrupt::Interrupt;
use latent_train::progress::Progress;
use latent_train::run::RunFolder;
use serde_json::json;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// What learning left.
pub struct Learned {
    /// The learner with its dictionary.
    pub learner: DictionaryLearner<f32>,
    /// Images coded.
    pub images: usize,
    /// Dead atoms replaced.
    pub replaced: usize,
    /// Time spent, without loading.
    pub time: Duration,
    /// `(images seen, mean objective of the batch)`.
    pub curve: Vec<(f64, f64)>,
}

/// Learns the dictionary of the configuration; ends early, with what there is, on Ctrl-C.
pub fn learn(
    config: &Config,
    seed: u64,
    train: &LabelledImages,
    run: &mut RunFolder,
    interrupt: &Interrupt,
) -> Result<Learned, Failure> {
    let mut learner = DictionaryLearner::new(config.learner(seed))?;
    let solver = config.solver.solver();
    let progress = Progress::new("learning", (config.epochs * train.len()) as u64, "images");
    let start = Instant::now();
    let (mut images, mut curve, mut failed) = (0, Vec::new(), None);
    let mut observe = |batch: &Batch| {
        let codes = batch.codes;
        images += codes.samples;
        curve.push((images as f64, codes.objective));
        progress.note(format!(
            "epoch {}/{}, objective {:.3}, {:.0} strokes an image",
            batch.epoch + 1,
            config.epochs,
            codes.objective,
            codes.nonzeros
        ));
        progress.advance(codes.samples as u64);
        let metric = json!({
            "event": "batch", "epoch": batch.epoch, "batch": batch.batch, "images": images,
            "objective": codes.objective, "data_term": codes.data_term, "l1_term": codes.l1_term,
            "nonzeros": codes.nonzeros, "worst_relative_gap": codes.worst_relative_gap,
            "iterations": codes.iterations, "dead_atoms_replaced": batch.replaced,
            "seconds": start.elapsed().as_secs_f64(),
        });
        failed = run.metric(&metric).err();
        if failed.is_some() || interrupt.raised() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let report = learner.fit_observed(&ImageSamples(train), solver.as_ref(), &mut observe)?;
    let time = start.elapsed();
    progress.finish();
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(Learned { learner, images: report.samples, replaced: report.replaced, time, curve }),
    }
}
