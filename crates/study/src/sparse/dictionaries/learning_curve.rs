//! The learning curve of a dictionary, read from the metrics of its run: a run that was resumed has all of it there.

use crate::failure::{Failure, OrHelp};
use latent_train::config::Training;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;

/// The objective over the samples that were seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LearningCurve {
    /// Training samples coded in all.
    pub samples: u64,
    /// Of batches of training samples, each on the atoms before its update.
    pub batches: Curves,
    /// Of the test samples.
    pub validations: Curves,
}

/// Means over samples against the number of training samples seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// Of the objective.
    pub objective: Vec<(f64, f64)>,
    /// Of the number of coefficients that are not zero.
    pub nonzeros: Vec<(f64, f64)>,
}

#[derive(Deserialize)]
struct Line {
    kind: String,
    #[serde(default)]
    step: u64,
    #[serde(default)]
    values: Map<String, Value>,
}

impl LearningCurve {
    /// From the `metrics.jsonl` of a run that learns from so many samples and has made so many steps.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn read(metrics: &Path, training: &Training, samples: usize, steps: u64) -> Result<Self, Failure> {
        let text = fs::read_to_string(metrics).or_help(format!("the metrics of the run are {}", metrics.display()))?;
        let mut course = Self { samples: seen(training, samples, steps), ..Self::default() };
        for Line { kind, step, values } in text.lines().filter_map(|line| serde_json::from_str(line).ok()) {
            let curves = match kind.as_str() {
                "step" => &mut course.batches,
                "validation" => &mut course.validations,
                _ => continue,
            };
            let point = |name: &str| Some((seen(training, samples, step) as f64, values.get(name)?.as_f64()?));
            curves.objective.extend(point("objective"));
            curves.nonzeros.extend(point("nonzeros"));
        }
        Ok(course)
    }
}

/// Training samples seen after so many steps; the last batch of an epoch may be smaller than the others.
fn seen(training: &Training, samples: usize, steps: u64) -> u64 {
    let (samples, size) = (samples as u64, training.batch_size as u64);
    let (batches, of_epoch) = (steps * training.accumulate, samples.div_ceil(size));
    batches / of_epoch * samples + (batches % of_epoch * size).min(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn training(batch_size: usize) -> Training {
        Training { batch_size, ..Training::default() }
    }

    #[test]
    fn samples_are_counted_over_epochs_with_a_small_last_batch() {
        let training = training(4);
        let counts: Vec<u64> = (0..8).map(|steps| seen(&training, 10, steps)).collect();
        assert_eq!(counts, [0, 4, 8, 10, 14, 18, 20, 24]);
    }

    #[test]
    fn a_course_is_in_the_metrics() {
        let here = tempfile::tempdir().unwrap();
        let path = here.path().join("metrics.jsonl");
        let lines = "{\"kind\":\"step\",\"step\":1,\"values\":{\"objective\":3.5,\"nonzeros\":9}}\n\
                     {\"kind\":\"step\",\"step\":2,\"values\":{\"objective\":null}}\n\
                     {\"kind\":\"validation\",\"step\":2,\"values\":{\"objective\":3.0}}\n{\"kind\":\"end\",\"st";
        fs::write(&path, lines).unwrap();
        let course = LearningCurve::read(&path, &training(512), 600, 2).unwrap();
        let batches = Curves { objective: vec![(512.0, 3.5)], nonzeros: vec![(512.0, 9.0)] };
        let validations = Curves { objective: vec![(600.0, 3.0)], nonzeros: vec![] };
        assert_eq!(course, LearningCurve { samples: 600, batches, validations });
        assert!(LearningCurve::read(&here.path().join("none"), &training(512), 600, 2).is_err());
    }
}
