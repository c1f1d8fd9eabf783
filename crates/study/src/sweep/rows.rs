//! The settings of a sweep with their figures, the best first.

use super::plan::Plan;
use latent_report::{FinalFigure, Mean, Summary};
use latent_train::Mode;

/// A setting with its figures.
pub struct Row<'a> {
    /// Which setting, counted from zero.
    pub setting: usize,
    /// Its figures.
    pub summary: &'a Summary<'a>,
    /// What it is ranked by; none without the figure.
    pub rank: Option<Mean>,
}

/// The best first, those without the figure last.
pub fn ranked<'a>(plan: &Plan, summaries: &'a [Summary<'a>]) -> Vec<Row<'a>> {
    let setting = |summary: &Summary<'_>| {
        let name = summary.folders.first()?.file_name()?.to_str()?;
        plan.jobs.iter().find(|job| job.name == name).map(|job| job.setting)
    };
    let by = |summary: &Summary<'_>| {
        let figure = summary.figures.iter().find(|figure| figure.name == plan.sweep.rank.by)?;
        figure.last.filter(|mean| mean.mean.is_finite())
    };
    let row = |summary: &'a Summary<'a>| Some(Row { setting: setting(summary)?, rank: by(summary), summary });
    let mut rows: Vec<Row<'a>> = summaries.iter().filter_map(row).collect();
    let sign = if plan.sweep.rank.mode == Mode::Min { 1.0 } else { -1.0 };
    let key = |row: &Row<'_>| row.rank.map_or(f64::INFINITY, |mean| sign * mean.mean);
    rows.sort_by(|a, b| key(a).total_cmp(&key(b)));
    rows
}

/// The name of a figure with its unit.
pub fn with_unit(figure: &FinalFigure<'_>) -> String {
    if figure.unit.is_empty() { figure.name.to_owned() } else { format!("{} [{}]", figure.name, figure.unit) }
}
