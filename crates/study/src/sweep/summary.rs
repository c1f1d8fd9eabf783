//! What a sweep came to.

use super::methods;
use super::plan::Plan;
use super::rows::{Row, ranked, with_unit};
use super::settings::Choice;
use crate::failure::Failure;
use latent_report::Comparison;
use std::fmt::Write;
use std::path::Path;

/// The table, a row for each setting.
pub const TABLE: &str = "summary.csv";
/// The comparison of all runs.
pub const PAGE: &str = "compare.html";

/// Writes the table and the page over the finished runs; answers with the best settings as text.
///
/// # Errors
/// If a run cannot be read, or something not be written.
pub fn summarise(plan: &Plan, folder: &Path) -> Result<String, Failure> {
    let finished = plan.finished(folder);
    if finished.is_empty() {
        return Ok("no run is finished yet\n".to_owned());
    }
    let comparison = Comparison::read(&finished)?;
    let summaries = comparison.summaries();
    let rows = ranked(plan, &summaries);
    write_table(plan, &rows, &folder.join(TABLE))?;
    comparison.write(&folder.join(PAGE))?;
    let mut text = as_text(plan, &rows);
    let missing = plan.jobs.len() - finished.len();
    if missing > 0 {
        let _ = writeln!(text, "note: {missing} of {} runs are not finished and not in it", plan.jobs.len());
    }
    let _ = writeln!(text, "the table is {}, the page {}", folder.join(TABLE).display(), folder.join(PAGE).display());
    if !plan.sweep.methods.is_empty() {
        text += &methods::compare(plan, &rows, folder)?;
    }
    Ok(text)
}

/// What to say of figures that the sweep names and a finished run does not have, unless its study said so before;
/// nothing if it has them all.
///
/// # Errors
/// If the run cannot be read.
pub fn missing_figures(plan: &Plan, run: &Path) -> Result<Option<String>, Failure> {
    if plan.resolved.iter().any(|resolved| !resolved.figures.is_empty()) {
        return Ok(None);
    }
    let comparison = Comparison::read(&[run.to_owned()])?;
    let summaries = comparison.summaries();
    let known: Vec<&str> = summaries.iter().flat_map(|run| &run.figures).map(|figure| figure.name).collect();
    let missing: Vec<String> = plan
        .figures()
        .filter(|(_, name)| !known.contains(&name.as_str()))
        .map(|(key, name)| format!("{key} ({name:?})"))
        .collect();
    let told = || format!("the first finished run has no figure of {}; it has {known:?}", missing.join(", "));
    Ok((!missing.is_empty()).then(told))
}

/// The keys that vary, by their last part where that is clear.
fn names(plan: &Plan) -> Vec<String> {
    let keys: Vec<&String> =
        plan.settings.iter().take(1).flat_map(|setting| &setting.0).map(|choice| &choice.key).collect();
    let last = |key: &String| key.rsplit('.').next().unwrap_or(key).to_owned();
    let clear = |name: &String| keys.iter().filter(|key| last(key) == *name).count() == 1;
    keys.iter().map(|key| Some(last(key)).filter(clear).unwrap_or_else(|| (*key).clone())).collect()
}

fn as_text(plan: &Plan, rows: &[Row<'_>]) -> String {
    let figures = rows.first().map_or(&[][..], |row| &row.summary.figures);
    let by = figures.iter().find(|figure| figure.name == plan.sweep.rank.by);
    let mut header = vec!["rank".to_owned()];
    header.extend(names(plan));
    header.extend(["seeds".to_owned(), by.map_or_else(|| plan.sweep.rank.by.clone(), with_unit)]);
    let cells = rows.iter().enumerate().map(|(index, row)| {
        let rank = row.rank.map_or_else(|| "–".to_owned(), |_| (index + 1).to_string());
        let values = plan.settings[row.setting].0.iter().map(Choice::shown);
        let figure = row.rank.map_or_else(|| "–".to_owned(), |mean| mean.to_string());
        let seeds = row.summary.folders.len().to_string();
        [rank].into_iter().chain(values).chain([seeds, figure]).collect::<Vec<_>>()
    });
    let lines: Vec<Vec<String>> = [header].into_iter().chain(cells).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for line in &lines {
        let padded = line.iter().enumerate().map(|(column, cell)| format!("{cell:>0$}", width(column)));
        let _ = writeln!(text, "{}", padded.collect::<Vec<_>>().join("  "));
    }
    if by.is_none() {
        let known: Vec<&str> = figures.iter().map(|figure| figure.name).collect();
        let _ = writeln!(
            text,
            "note: rank.by: no run has the figure {:?}; there are {}",
            plan.sweep.rank.by,
            known.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
        );
    }
    text
}

/// Rank, values, seeds; each figure with the half width of its interval, at the end and, where there is one, at the
/// best validation; the runs.
fn write_table(plan: &Plan, rows: &[Row<'_>], path: &Path) -> Result<(), Failure> {
    let mut table = csv::Writer::from_path(path)?;
    let figures = rows.first().map_or(&[][..], |row| &row.summary.figures);
    let has_best = |index: usize| rows.iter().any(|row| row.summary.figures[index].best.is_some());
    let keys = plan.settings.iter().take(1).flat_map(|setting| &setting.0).map(|choice| choice.key.clone());
    let mut header: Vec<String> = ["rank".to_owned()].into_iter().chain(keys).chain(["seeds".to_owned()]).collect();
    for (index, figure) in figures.iter().enumerate() {
        let name = with_unit(figure);
        header.extend([name.clone(), format!("± {name}")]);
        if has_best(index) {
            header.extend([format!("best {name}"), format!("± best {name}")]);
        }
    }
    header.push("runs".to_owned());
    table.write_record(&header)?;
    for (index, row) in rows.iter().enumerate() {
        let mut record = vec![row.rank.map_or_else(String::new, |_| (index + 1).to_string())];
        record.extend(plan.settings[row.setting].0.iter().map(Choice::shown));
        record.push(row.summary.folders.len().to_string());
        for (column, figure) in row.summary.figures.iter().enumerate() {
            for mean in [figure.last, figure.best].into_iter().take(if has_best(column) { 2 } else { 1 }) {
                let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
                record.extend([number(mean.map(|mean| mean.mean)), number(mean.and_then(|mean| mean.half_width))]);
            }
        }
        let runs = row.summary.folders.iter().filter_map(|folder| folder.file_name()?.to_str());
        record.push(runs.collect::<Vec<_>>().join(" "));
        table.write_record(&record)?;
    }
    table.flush()?;
    Ok(())
}
