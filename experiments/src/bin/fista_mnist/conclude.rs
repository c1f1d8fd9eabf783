//! From the learned dictionary to what a run leaves.

use super::compare::{Curve, compare};
use super::summary::Summary;
use super::{Config, figures, sections};
use latent_datasets::Splits;
use latent_report as report;
use latent_sparse::lasso::{Lasso, Stop};
use latent_sparse::train::DictionaryTask;
use latent_study::data::ImageSamples;
use latent_study::failure::Failure;
use latent_study::print::summarise;
use latent_study::sparse::dictionaries::{Coded, LearningCurve, code};
use latent_train::session::Ended;
use serde_json::json;
use std::time::{Duration, Instant};

/// What was learned, and what is known of it.
pub struct Concluded<'c> {
    /// What the run depends on.
    pub config: &'c Config,
    /// The images.
    pub data: &'c Splits,
    /// The objectives while learning.
    pub course: LearningCurve,
    /// Dead atoms replaced while learning.
    pub replaced: usize,
    /// The codes of the test images.
    pub evaluated: Coded,
    /// The mean over test images of `||x - W z||^2 / ||x||^2`.
    pub error: f64,
    /// Test images on which the solvers are compared.
    pub compared: usize,
    /// The solvers, if they were compared.
    pub curves: Vec<Curve>,
    /// Whether somebody asked for the end.
    pub stopped: bool,
    /// Time spent learning, evaluations while learning among it.
    pub learning: Duration,
    /// Time spent comparing.
    pub comparing: Duration,
}

/// Writes arrays, figures and the summary of what was learned, also where it was stopped: then without the comparison
/// of solvers.
pub fn conclude(
    config: &Config,
    task: &DictionaryTask,
    data: &Splits,
    ended: &Ended,
) -> Result<report::Study, Failure> {
    let learning = Duration::from_secs_f64(ended.records.seconds());
    let (folder, interrupt) = (ended.records.folder(), &ended.interrupt);
    let dictionary = task.dictionary()?;
    let atoms = dictionary.atoms();
    folder.npy("dictionary.npy", &atoms)?;
    let facts = [("lambda", config.lambda.to_string()), ("dataset", config.dataset.to_string())];
    folder.safetensors("dictionary.safetensors", &[("dictionary", atoms)], &facts)?;

    let lasso = Lasso::new(&dictionary, config.penalty())?;
    let test = ImageSamples(&data.test);
    let evaluated = code(&lasso, task.solver(), &Stop::gap(config.test_gap), ("test images", &test), interrupt)?;
    let compared = data.test.rows::<f32>(0..config.compared_images.min(data.test.len()));
    let start = Instant::now();
    let curves = if ended.is_complete() && compared.nrows() > 0 {
        compare(&dictionary, config, &compared, interrupt)?
    } else {
        Vec::new()
    };
    let comparing = start.elapsed();
    let metrics = folder.path().join("metrics.jsonl");
    let concluded = Concluded {
        course: LearningCurve::read(&metrics, &config.training, data.train.len(), ended.outcome.step)?,
        replaced: task.replaced(),
        error: evaluated.relative_error(&test),
        compared: compared.nrows(),
        stopped: !ended.is_complete(),
        config,
        data,
        evaluated,
        curves,
        learning,
        comparing,
    };
    figures::draw(&folder, &dictionary, &concluded)?;
    let codes = concluded.evaluated.summary();
    folder.json(
        "test.json",
        &json!({
            "images": codes.samples, "codes": codes, "relative_squared_error": concluded.error,
            "unused_atoms": concluded.evaluated.unused(), "dead_atoms_replaced": concluded.replaced,
            "stopped_early": concluded.stopped,
            "seconds": {
                "learning": learning.as_secs_f64(),
                "coding": concluded.evaluated.time.as_secs_f64(),
                "comparing": comparing.as_secs_f64(),
            },
        }),
    )?;
    if !concluded.curves.is_empty() {
        folder.json("solvers.json", &json!({ "images": concluded.compared, "solvers": concluded.curves }))?;
    }
    let text = Summary(&concluded).to_string();
    summarise(&folder, &text)?;
    Ok(sections::report(&concluded, folder.path()))
}
