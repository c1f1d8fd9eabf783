//! From the learned dictionary to what a run leaves.

use super::compare::Comparison;
use super::outcome::Outcome;
use super::{Config, figures, results, sections};
use latent_datasets::Splits;
use latent_report as report;
use latent_sparse::lasso::Lasso;
use latent_sparse::train::DictionaryTask;
use latent_study::data::ImageSamples;
use latent_study::failure::Failure;
use latent_study::sparse::dictionaries::{Learned, save};
use latent_train::session::Ended;
use serde_json::json;

/// Writes arrays, figures and the results of what was learned, also where it was stopped: then without the comparison of
/// solvers.
pub fn conclude(
    config: &Config,
    task: &DictionaryTask,
    data: &Splits,
    ended: &Ended,
) -> Result<report::Study, Failure> {
    let folder = ended.records.folder();
    let dictionary = task.dictionary()?;
    save(&folder, &dictionary, config.lambda, &config.dataset)?;
    let lasso = Lasso::new(&dictionary, config.penalty())?;
    let (test, training) = (ImageSamples(&data.test), (&config.training, data.train.len()));
    let learned = Learned::of((task, &lasso), ("test images", &test), config.test_gap, training, ended)?;
    let comparison = if learned.stopped {
        Comparison::default()
    } else {
        Comparison::of(&dictionary, config, &data.test, &ended.interrupt)?
    };
    if !comparison.curves.is_empty() {
        folder.json("solvers.json", &json!({ "images": comparison.images, "solvers": comparison.curves }))?;
    }
    let outcome = Outcome { learned, comparison };
    figures::draw(&folder, &dictionary, data, &outcome)?;
    Ok(results::results(config, &outcome).publish(&folder, sections::report(config, data, &outcome, folder.path()))?)
}
