//! Methods of a sweep beside each other.

use super::config::Compare;
use super::plan::Plan;
use super::rows::{Row, with_unit};
use super::settings::{Choice, Setting};
use crate::failure::Failure;
use latent_report::plot::{Axis, Figure, Interval, Panel};
use latent_report::{FinalFigure, Mean, mean_interval};
use latent_train::run::write_bytes;
use std::fmt::Write;
use std::path::Path;

/// The table, for people.
const TABLE: &str = "methods.md";
/// The plot, without its extension.
const PLOT: &str = "methods";

/// Panels in a row of the plot.
const COLUMNS: usize = 3;

/// All methods with the same values of everything else.
struct Case<'a> {
    setting: Setting,
    /// By method, in the order of the sweep; none where no run is finished.
    rows: Vec<(&'a str, Option<&'a Row<'a>>)>,
}

/// Writes the table and the plot; answers with a line about them.
pub fn compare(plan: &Plan, rows: &[Row<'_>], folder: &Path) -> Result<String, Failure> {
    let cases = cases(plan, rows);
    let rank = vec![plan.sweep.rank.by.clone()];
    let named = |names: &Vec<String>| if names.is_empty() { rank.clone() } else { names.clone() };
    let Compare { table, plot } = &plan.sweep.compare;
    let text = as_markdown(&plan.sweep.rank.by, &cases, &named(table));
    write_bytes(&folder.join(TABLE), text.as_bytes())?;
    let figure = as_plot(plan, &cases, &named(plot));
    let file = |extension: &str| folder.join(format!("{PLOT}.{extension}"));
    write_bytes(&file("svg"), figure.svg().as_bytes())?;
    write_bytes(&file("png"), &figure.png(2.0)?)?;
    Ok(format!("methods are compared in {} and {}\n", folder.join(TABLE).display(), file("png").display()))
}

fn cases<'a>(plan: &'a Plan, rows: &'a [Row<'a>]) -> Vec<Case<'a>> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    for (index, setting) in plan.settings.iter().enumerate() {
        let Some(method) = setting.method().and_then(|choice| choice.value.as_str()) else { continue };
        let row = rows.iter().find(|row| row.setting == index);
        let case = setting.case();
        match cases.iter_mut().find(|known| known.setting == case) {
            Some(known) => known.rows.push((method, row)),
            None => cases.push(Case { setting: case, rows: vec![(method, row)] }),
        }
    }
    cases
}

fn figure<'a>(row: Option<&'a Row<'a>>, name: &str) -> Option<&'a FinalFigure<'a>> {
    row?.summary.figures.iter().find(|figure| figure.name == name)
}

/// The mean difference of a figure to that of another method with the same seeds.
fn paired(row: &Row<'_>, base: &Row<'_>, name: &str) -> Option<Mean> {
    let seed = |folder: &Path| folder.file_name()?.to_str()?.rsplit_once("-s").map(|(_, seed)| seed.to_owned());
    let values = |row: &Row<'_>| -> Option<Vec<(String, f64)>> {
        let runs = &figure(Some(row), name)?.runs;
        let folders = row.summary.folders.iter();
        Some(folders.zip(runs).filter_map(|(folder, value)| Some((seed(folder)?, (*value)?))).collect())
    };
    let base = values(base)?;
    let difference = |(seed, value): &(String, f64)| Some(value - base.iter().find(|(other, _)| other == seed)?.1);
    mean_interval(&values(row)?.iter().filter_map(difference).collect::<Vec<_>>())
}

/// A row for each case and method; the last column is the difference to the first method, seed by seed.
fn as_markdown(by: &str, cases: &[Case<'_>], names: &[String]) -> String {
    let keys: Vec<&str> =
        cases.iter().take(1).flat_map(|case| &case.setting.0).map(|choice| choice.key.as_str()).collect();
    let column = |name: &String| {
        let found = cases.iter().flat_map(|case| &case.rows).find_map(|(_, row)| figure(*row, name));
        found.map_or_else(|| name.clone(), with_unit)
    };
    let first = cases.iter().find_map(|case| case.rows.first()).map_or("", |(method, _)| method);
    let mut header: Vec<String> = keys.iter().map(|key| (*key).to_owned()).chain(["method".to_owned()]).collect();
    header.extend(names.iter().map(column));
    header.push(format!("{by}, less that of {first}"));
    let mut text = format!("| {} |\n", header.join(" | "));
    let left = keys.len() + 1;
    let _ = writeln!(text, "|{}{}", "---|".repeat(left), "---:|".repeat(header.len() - left));
    let shown = |mean: Option<Mean>| mean.map_or_else(|| "–".to_owned(), |mean| mean.to_string());
    for case in cases {
        let base = case.rows.first().and_then(|(_, row)| *row);
        for (at, (method, row)) in case.rows.iter().enumerate() {
            let mut cells: Vec<String> = case.setting.0.iter().map(Choice::shown).collect();
            cells.push((*method).to_owned());
            cells.extend(names.iter().map(|name| shown(figure(*row, name).and_then(|figure| figure.last))));
            let difference = row.zip(base).filter(|_| at > 0).and_then(|(row, base)| paired(row, base, by));
            cells.push(shown(difference));
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    text
}

/// A panel for each case, a line for each method.
fn as_plot(plan: &Plan, cases: &[Case<'_>], names: &[String]) -> Figure {
    let unit = cases.iter().flat_map(|case| &case.rows).find_map(|(_, row)| Some(figure(*row, names.first()?)?.unit));
    let unit = unit.unwrap_or_default();
    let label = match names {
        [name] if unit.is_empty() => name.clone(),
        [name] => format!("{name} [{unit}]"),
        _ => unit.to_owned(),
    };
    let panel = |case: &Case<'_>| {
        let methods = Axis::names(case.rows.iter().map(|(method, _)| (*method).to_owned()));
        let choice =
            |choice: &Choice| format!("{} {}", choice.key.rsplit('.').next().unwrap_or_default(), choice.shown());
        let title = case.setting.0.iter().map(choice).collect::<Vec<_>>().join(", ");
        names.iter().fold(Panel::new(Axis::linear(&label), methods).title(title), |panel, name| {
            let interval = |(at, (_, row)): (usize, &(&str, Option<&Row<'_>>))| {
                let Mean { mean, half_width, .. } = figure(*row, name)?.last?;
                let half = half_width.unwrap_or(0.0);
                Some(Interval { y: -(at as f64), from: mean - half, x: mean, to: mean + half })
            };
            panel.intervals(name, case.rows.iter().enumerate().filter_map(interval).collect())
        })
    };
    let most = cases.iter().map(|case| case.rows.len()).max().unwrap_or(1);
    let (columns, rows) = (cases.len().clamp(1, COLUMNS), cases.len().div_ceil(COLUMNS).max(1));
    let size = (500 * columns as u32, 70 + (100 + 26 * most as u32) * rows as u32);
    let title = format!("{} by method, means over seeds with 95 % intervals", plan.sweep.study);
    cases.iter().map(panel).fold(Figure::new(title).columns(COLUMNS), Figure::panel).size(size.0, size.1)
}
