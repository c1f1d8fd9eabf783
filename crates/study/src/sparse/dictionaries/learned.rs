//! A learned dictionary, and what is known of it in the end.

use super::{Coded, LearningCurve, Words, code};
use crate::DatasetName;
use crate::failure::Failure;
use crate::results::Value;
use latent_numeric::format::short;
use latent_report::SHARE;
use latent_sparse::Dictionary;
use latent_sparse::dictionary::Samples;
use latent_sparse::lasso::{Lasso, Stop, Summary};
use latent_sparse::train::DictionaryTask;
use latent_train::config::Training;
use latent_train::progress::grouped;
use latent_train::run::{RunError, RunFolder};
use latent_train::session::Ended;
use std::time::Duration;

/// What is known of a learned dictionary in the end.
pub struct Learned {
    /// The objectives while learning.
    pub course: LearningCurve,
    /// Dead atoms replaced while learning.
    pub replaced: usize,
    /// The codes of the test samples.
    pub test: Coded,
    /// The mean over test samples of `||x - W z||^2 / ||x||^2`.
    pub error: f64,
    /// The relative duality gap that their codes were to reach.
    pub gap: f64,
    /// Whether somebody asked for the end.
    pub stopped: bool,
    /// Time spent learning, evaluations while learning among it.
    pub learning: Duration,
}

impl Learned {
    /// Codes the test samples, called `what`, up to a relative duality gap; `training` of so many samples is what the
    /// dictionary was learned by.
    ///
    /// # Errors
    /// If the metrics of the run cannot be read, and as [`code`].
    pub fn of(
        (task, lasso): (&DictionaryTask, &Lasso<'_, f32>),
        (what, samples): (&'static str, &dyn Samples<f32>),
        gap: f64,
        (training, learned_from): (&Training, usize),
        ended: &Ended,
    ) -> Result<Self, Failure> {
        let test = code(lasso, task.solver(), &Stop::gap(gap), (what, samples), &ended.interrupt)?;
        let metrics = ended.records.folder().path().join("metrics.jsonl");
        Ok(Self {
            course: LearningCurve::read(&metrics, training, learned_from, ended.outcome.step)?,
            replaced: task.replaced(),
            error: test.relative_error(samples),
            test,
            gap,
            stopped: !ended.is_complete(),
            learning: Duration::from_secs_f64(ended.records.seconds()),
        })
    }

    /// The final figures of the test samples.
    pub fn values(&self, words: &Words) -> Vec<Value> {
        let (codes, atoms) = (self.test.summary(), self.test.codes.ncols());
        let Words { sample, samples } = words;
        let gap = format!(
            "relative to half the square of the {sample}; {} % in the mean, {} % of the {samples} within {} %",
            short(100.0 * codes.mean_relative_gap),
            short(100.0 * codes.converged),
            short(100.0 * self.gap)
        );
        vec![
            objective("objective, test", &codes),
            nonzeros(format!("nonzero coefficients per {sample}"), &codes).note(format!("of {atoms}, test")),
            Value::new("squared error, test", self.error, SHARE)
                .key("relative_squared_error")
                .note(format!("mean of ‖x − Wz‖² / ‖x‖² over {} test {samples}", grouped(codes.samples as u64))),
            Value::new("worst duality gap", codes.worst_relative_gap, SHARE).note(gap),
            Value::new("atoms never used", self.test.unused(), "")
                .key("unused_atoms")
                .note(format!("by no test {sample}, of {atoms}")),
            Value::new("dead atoms replaced", self.replaced, "").key("dead_atoms_replaced").note("while learning"),
        ]
    }

    /// The time of learning.
    pub fn time(&self) -> Value {
        Value::time("learning", self.learning).key("seconds.learning")
    }
}

/// The mean objective of some codes, with its terms.
pub fn objective(name: &str, codes: &Summary) -> Value {
    let note = format!("½‖x − Wz‖² {} + λ‖z‖₁ {}", short(codes.data_term), short(codes.l1_term));
    Value::new(name, codes.objective, "").note(note)
}

/// The mean number of coefficients of some codes that are not zero.
pub fn nonzeros(name: impl Into<String>, codes: &Summary) -> Value {
    Value::new(name, codes.nonzeros, "")
}

/// Leaves a dictionary in the folder of its run, as `dictionary.npy` and `dictionary.safetensors`.
///
/// # Errors
/// If a file cannot be written.
pub fn save(
    folder: &RunFolder,
    dictionary: &Dictionary<f32>,
    lambda: f64,
    dataset: &DatasetName,
) -> Result<(), RunError> {
    let atoms = dictionary.atoms();
    folder.npy("dictionary.npy", &atoms)?;
    let facts = [("lambda", lambda.to_string()), ("dataset", dataset.to_string())];
    folder.safetensors("dictionary.safetensors", &[("dictionary", atoms)], &facts)
}
