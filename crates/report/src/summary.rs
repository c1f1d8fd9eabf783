//! The figures of a comparison, for whoever orders or tabulates them.

use super::interval::Mean;
use super::measures::Measure;
use std::path::Path;

/// The final figures of one configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary<'a> {
    /// The folders of its runs, one for each seed.
    pub folders: Vec<&'a Path>,
    /// Its figures: the same ones, in the same order, for every configuration.
    pub figures: Vec<FinalFigure<'a>>,
}

/// A figure of one configuration, over the runs of its seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalFigure<'a> {
    /// The name of the figure: `NLL by importance sampling`; `objective, validation`.
    pub name: &'a str,
    /// Its unit, empty for a pure number.
    pub unit: &'a str,
    /// Its value at the end of each run, in the order of their folders.
    pub runs: Vec<Option<f64>>,
    /// Its mean at the end of the runs; none if none of them has it.
    pub last: Option<Mean>,
    /// Its mean at the best evaluations of the runs, of figures that come from evaluations.
    pub best: Option<Mean>,
}

impl<'a> FinalFigure<'a> {
    pub(super) fn over(measure: &'a Measure, runs: &[usize]) -> Self {
        let [last, best] = measure.over(runs);
        let runs = runs.iter().map(|run| measure.last[*run]).collect();
        Self { name: &measure.name, unit: &measure.unit, runs, last, best }
    }
}
