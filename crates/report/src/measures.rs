//! The figures by which runs are compared.

use super::charts::spaced;
use super::curve::Bucket;
use super::interval::{Mean, mean_interval};
use super::metrics::{Metrics, Quantity, Validated};
use super::run::Run;
use super::study::{Figure, given, shown};

/// A figure by which runs are compared, with its value in each run.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// The name of the figure.
    pub name: String,
    /// Its unit, empty for a pure number.
    pub unit: String,
    /// Its values at the end of training, run by run.
    pub last: Vec<Option<f64>>,
    /// Its values at the best evaluation, run by run.
    pub best: Vec<Option<f64>>,
}

impl Measure {
    /// Its means over some of the runs: at the end of training, and at the best evaluation.
    pub fn over(&self, runs: &[usize]) -> [Option<Mean>; 2] {
        [&self.last, &self.best]
            .map(|values| mean_interval(&runs.iter().filter_map(|run| values[*run]).collect::<Vec<_>>()))
    }
}

/// The figures of the studies, then the terms of validation; where nothing was validated, those of training.
pub fn measures(runs: &[Run]) -> Vec<Measure> {
    let mut measures = of_studies(runs);
    let validated: Vec<String> = unique(runs.iter().flat_map(|run| run.metrics.validation_terms()));
    for term in &validated {
        let (factor, unit) = shown(unit_of(runs, term));
        let of = |validated: &Option<Validated>| {
            let values = &validated.as_ref()?.values;
            Some(factor * values.iter().find(|(name, _)| name == term)?.1?)
        };
        measures.push(Measure {
            name: format!("{}, {}", spaced(term), evaluated(runs)),
            unit: unit.to_owned(),
            last: runs.iter().map(|run| of(&run.metrics.last_validation)).collect(),
            best: runs.iter().map(|run| of(&run.metrics.best)).collect(),
        });
    }
    if validated.is_empty() {
        measures.extend(of_training(runs));
    }
    measures
}

/// The unit of a term, from the first run that gives one.
pub fn unit_of<'a>(runs: &'a [Run], term: &str) -> &'a str {
    let said = runs.iter().find(|run| run.units.iter().any(|(name, _)| name == term)).or(runs.first());
    said.map_or("", |run| given(&run.units, term))
}

/// The name of the samples that these runs evaluated while training: `validation`, `test`, or both.
pub fn evaluated(runs: &[Run]) -> String {
    let of_validation = |run: &Run| run.metrics.last_validation.is_some();
    let names = unique(runs.iter().filter(|run| of_validation(run)).map(|run| run.metrics.evaluated.as_str()));
    names.join(" or ")
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    // The objective first, the others as they come.
    found.sort_by_key(|name| name != "objective");
    found
}

fn of_studies(runs: &[Run]) -> Vec<Measure> {
    let names = unique(runs.iter().flat_map(|run| &run.figures).map(|figure| figure.name.as_str()));
    let measure = |name: String| {
        let of = |run: &Run| run.figures.iter().find(|figure| figure.name == name).cloned();
        let unit = runs.iter().find_map(of).map_or_else(String::new, |figure| figure.unit);
        let (_, unit) = shown(&unit);
        // A run of another version may have a share in percent already.
        let value = |figure: Figure| Some(shown(&figure.unit).0 * figure.value?);
        let last = runs.iter().map(|run| value(of(run)?)).collect();
        Measure { unit: unit.to_owned(), last, best: vec![None; runs.len()], name }
    };
    names.into_iter().map(measure).collect()
}

fn of_training(runs: &[Run]) -> Vec<Measure> {
    let mut measures: Vec<Measure> = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        for (quantity, _) in &run.metrics.curves {
            let Quantity::Training { player, term } = quantity else { continue };
            let whose = if run.metrics.players.len() > 1 { format!("{}: ", spaced(player)) } else { String::new() };
            let name = format!("{whose}{}, training (last 5 %)", spaced(term));
            let (factor, unit) = shown(unit_of(runs, term));
            let at = measures.iter().position(|known| known.name == name).unwrap_or_else(|| {
                let none = vec![None; runs.len()];
                measures.push(Measure { name, unit: unit.to_owned(), last: none.clone(), best: none });
                measures.len() - 1
            });
            measures[at].last[index] = tail(&run.metrics, quantity).map(|value| factor * value);
        }
    }
    measures
}

/// The mean over the last twentieth of the steps: a single batch says little.
fn tail(metrics: &Metrics, quantity: &Quantity) -> Option<f64> {
    let curve = metrics.get(quantity)?;
    let from = 0.95 * curve.last_step()? as f64;
    let late: Vec<f64> = curve.buckets().iter().filter(|b| b.step() >= from).filter_map(Bucket::mean).collect();
    (!late.is_empty()).then(|| late.iter().sum::<f64>() / late.len() as f64)
}
