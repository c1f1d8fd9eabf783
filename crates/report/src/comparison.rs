//! Several runs on one page.

use super::error::ReportError;
use super::grouping::{Difference, Group, group};
use super::measures::{Measure, measures};
use super::overlay;
use super::page;
use super::run::{Run, State};
use super::summary::{FinalFigure, Summary};
use latent_numeric::files;
use latent_numeric::format::seconds;
use latent_numeric::format::{grouped, significant, with_interval};
use maud::{Markup, html};
use serde_json::Value;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs to be compared: those of one configuration are taken together, whatever their seeds.
///
/// ```
/// use latent_report::Comparison;
/// # let here = tempfile::tempdir().unwrap();
/// # let folders = ["a", "b"].map(|name| here.path().join(name));
/// # for (beta, folder) in [1, 4].iter().zip(&folders) {
/// #     std::fs::create_dir(folder).unwrap();
/// #     std::fs::write(folder.join("config.toml"), format!("seed = 0\nbeta = {beta}\n")).unwrap();
/// # }
/// let comparison = Comparison::read(&folders)?;
/// assert!(comparison.table().contains("beta = 4"));
/// comparison.write(&here.path().join("compare.html"))?;
/// # Ok::<(), latent_report::ReportError>(())
/// ```
#[derive(Debug)]
pub struct Comparison {
    runs: Vec<Run>,
    groups: Vec<Group>,
    differences: Vec<Difference>,
    measures: Vec<Measure>,
    notes: Vec<String>,
}

impl Comparison {
    /// Reads the run folders to compare.
    ///
    /// # Errors
    /// If one of them is not the folder of a run.
    pub fn read(folders: &[PathBuf]) -> Result<Self, ReportError> {
        let runs = folders.iter().map(|folder| Run::read(folder)).collect::<Result<Vec<_>, _>>()?;
        let (groups, differences) = group(&runs);
        let (measures, notes) = (measures(&runs), notes(&runs, &groups));
        Ok(Self { runs, groups, differences, measures, notes })
    }

    /// Writes the page of the comparison.
    ///
    /// # Errors
    /// [`ReportError::Write`].
    pub fn write(&self, path: &Path) -> Result<(), ReportError> {
        let title = format!("Comparison of {}", counted(self.runs.len(), "run"));
        files::write(path, page::page(&title, &self.body(&title)).as_bytes()).map_err(ReportError::write(path))
    }

    /// The figures of each configuration, in the order of their first runs.
    pub fn summaries(&self) -> Vec<Summary<'_>> {
        let summary = |group: &'_ Group| Summary {
            folders: group.runs.iter().map(|&run| self.runs[run].folder.as_path()).collect(),
            figures: self.measures.iter().map(|measure| FinalFigure::over(measure, &group.runs)).collect(),
        };
        self.groups.iter().map(summary).collect()
    }

    /// The figures of all configurations as a text table, for a terminal.
    pub fn table(&self) -> String {
        let label = |group: &Group| group.label.chars().count();
        let name = |measure: &Measure| unit_behind(measure).chars().count();
        let first = self.groups.iter().map(label).max().unwrap_or(0).max("configuration".len());
        let second = self.measures.iter().map(name).max().unwrap_or(0).max("figure".len());
        let mut text =
            format!("{:<first$}  seeds  {:<second$}  {:>20}  {:>20}\n", "configuration", "figure", "final", "best");
        for group in &self.groups {
            let mut start = format!("{:<first$}  {:>5}", group.label, group.runs.len());
            for measure in &self.measures {
                let [last, best] = measure
                    .over(&group.runs)
                    .map(|mean| mean.map_or_else(String::new, |mean| with_interval(mean.mean, mean.half_width)));
                let line = format!("{start}  {:<second$}  {last:>20}  {best:>20}", unit_behind(measure));
                let _ = writeln!(text, "{}", line.trim_end());
                start = format!("{:<first$}  {:>5}", "", "");
            }
            if self.measures.is_empty() {
                let _ = writeln!(text, "{start}  nothing was measured");
            }
        }
        for note in &self.notes {
            let _ = writeln!(text, "note: {note}");
        }
        text
    }

    fn body(&self, title: &str) -> Markup {
        let charts = overlay::charts(&self.runs, &self.groups);
        let several = self.groups.len() > 1 && self.groups.iter().any(|group| group.runs.len() > 1);
        html! {
            header {
                h1 { (title) }
                p.summary {
                    (counted(self.groups.len(), "configuration"))
                    @if !self.differences.is_empty() {
                        " that differ in "
                        @for (i, difference) in self.differences.iter().take(6).enumerate() {
                            @if i > 0 { ", " } code { (difference.key) }
                        }
                        @if self.differences.len() > 6 { " and " (self.differences.len() - 6) " more" }
                    }
                    @else if self.groups.len() == 1 { ", the runs differ in nothing but the seed" }
                    "."
                }
                @if !self.notes.is_empty() { ul.notes { @for note in &self.notes { li { (note) } } } }
            }
            section {
                h2 { "Figures" }
                (self.figures())
            }
            @if !charts.is_empty() {
                section.curves {
                    h2 { "Curves" }
                    @if several { p.lead { "Lines are means over seeds, bands their range." } }
                    (page::controls())
                    div.charts { @for chart in &charts { (chart.figure()) } }
                }
            }
            @if !self.differences.is_empty() {
                section {
                    h2 { "In what the configurations differ" }
                    (self.configurations())
                }
            }
            section {
                h2 { "Runs" }
                (self.table_of_runs())
            }
        }
    }

    fn figures(&self) -> Markup {
        let lowest = |measure: &Measure, which: usize| {
            let means = self.groups.iter().filter_map(|group| Some(measure.over(&group.runs)[which]?.mean));
            means.reduce(f64::min).filter(|_| self.groups.len() > 1 && measure.name.starts_with("objective"))
        };
        html! {
            @if self.measures.is_empty() { p.lead { "Nothing was measured." } }
            @else {
                div.scroll { table.results {
                    thead { tr {
                        th scope="col" { "configuration" }
                        th.number scope="col" { "seeds" }
                        @for measure in &self.measures { th.number scope="col" { (unit_behind(measure)) } }
                    } }
                    tbody {
                        @for (index, group) in self.groups.iter().enumerate() {
                            tr {
                                th scope="row" { (self.swatch(index)) (group.label) }
                                td.number { (group.runs.len()) }
                                @for measure in &self.measures {
                                    @let [last, best] = measure.over(&group.runs);
                                    td.number {
                                        @if let Some(last) = last {
                                            span.best[Some(last.mean) == lowest(measure, 0)] {
                                                (with_interval(last.mean, last.half_width))
                                            }
                                        } @else { "–" }
                                        @if let Some(best) = best {
                                            br; small { "best " (with_interval(best.mean, best.half_width)) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                } }
                p.lead {
                    "Final values; below them those at the best validation. Means over seeds with the 95 % interval of \
                     Student's t; a single run has none."
                }
            }
        }
    }

    /// The colour that a group has in the charts.
    fn swatch(&self, group: usize) -> Markup {
        html! { @if self.groups.len() > 1 { i.swatch style=(format!("--c:var(--c{})", group % 8)) {} } }
    }

    fn configurations(&self) -> Markup {
        html! {
            div.scroll { table.results.code {
                thead { tr {
                    th scope="col" { "key" }
                    @for index in 0..self.groups.len() { th scope="col" { (self.swatch(index)) (index + 1) } }
                } }
                tbody {
                    @for Difference { key, values } in &self.differences {
                        tr {
                            th scope="row" { (key) }
                            @for value in values { td { (value.as_deref().unwrap_or("–")) } }
                        }
                    }
                }
            } }
        }
    }

    fn table_of_runs(&self) -> Markup {
        let group_of = |run: usize| {
            let holds =
                |group: &Group| group.runs.contains(&run) || group.repeated.iter().any(|(twin, _)| *twin == run);
            self.groups.iter().position(holds).unwrap_or(0)
        };
        html! {
            div.scroll { table.results {
                thead { tr {
                    th scope="col" { "run" }
                    th.number scope="col" { "seed" }
                    th scope="col" { "state" }
                    th.number scope="col" { "steps" }
                    th.number scope="col" { "time" }
                    th.number scope="col" { "steps/s" }
                    th scope="col" { "machine" }
                    th scope="col" { "commit" }
                } }
                tbody {
                    @for (index, run) in self.runs.iter().enumerate() {
                        @let progress = run.metrics.progress;
                        tr {
                            th scope="row" { (self.swatch(group_of(index))) (run.name()) }
                            td.number { (run.seed().map_or_else(|| "–".to_owned(), |seed| seed.to_string())) }
                            td { (state(run)) }
                            td.number { (grouped(&progress.step.to_string())) }
                            td.number { (seconds(Duration::from_secs_f64(progress.seconds.max(0.0)))) }
                            td.number { (overlay::speed(&run.metrics).map_or_else(|| "–".to_owned(), |speed| significant(speed, 3))) }
                            td { (machine(run)) }
                            td { code { (commit(run)) } }
                        }
                    }
                }
            } }
        }
    }
}

fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

fn unit_behind(measure: &Measure) -> String {
    if measure.unit.is_empty() { measure.name.clone() } else { format!("{} [{}]", measure.name, measure.unit) }
}

fn state(run: &Run) -> String {
    match run.state() {
        State::Finished(_) => "finished".to_owned(),
        State::Stopped(reason) => format!("stopped: {reason}"),
        State::Unfinished(step) => format!("unfinished, at step {}", grouped(&step.to_string())),
    }
}

fn machine(run: &Run) -> String {
    let threads = run.manifest.as_ref().and_then(|manifest| manifest.get("threads")).and_then(Value::as_u64);
    let threads = threads.map(|threads| counted(usize::try_from(threads).unwrap_or(usize::MAX), "thread"));
    run.of_manifest("cpu").map(str::to_owned).into_iter().chain(threads).collect::<Vec<_>>().join(", ")
}

/// Eight digits, and whether there were changes.
fn commit(run: &Run) -> String {
    let Some(commit) = run.of_manifest("commit") else { return "–".to_owned() };
    let hash: String = commit.trim_end_matches("-dirty").chars().take(8).collect();
    if commit.ends_with("-dirty") { hash + "-dirty" } else { hash }
}

/// What to know before numbers are believed.
fn notes(runs: &[Run], groups: &[Group]) -> Vec<String> {
    let mut notes = Vec::new();
    for run in runs {
        notes.extend(run.notes.iter().map(|note| format!("{}: {note}", run.name())));
        if !run.done {
            notes.push(format!("{} is {}", run.name(), state(run)));
        }
    }
    for (again, counts) in groups.iter().flat_map(|group| &group.repeated) {
        let [a, b] = [again, counts].map(|run| &runs[*run]);
        let verdict = if a.metrics.progress.step != b.metrics.progress.step {
            "but another length"
        } else if a.metrics.last_validation == b.metrics.last_validation {
            "and the same figures"
        } else {
            "but other figures"
        };
        notes.push(format!(
            "{} has the configuration and seed of {} {verdict}; only the latter counts",
            a.name(),
            b.name()
        ));
    }
    let sums: Vec<Value> = runs.iter().filter_map(checksums).collect();
    if sums.windows(2).any(|pair| pair[0] != pair[1]) {
        notes.push("the runs are not all of the same data: checksums differ".to_owned());
    }
    notes
}

/// Names and checksums of the data, without where they were found.
fn checksums(run: &Run) -> Option<Value> {
    let sources = run.manifest.as_ref()?.get("data")?.as_array()?;
    Some(sources.iter().map(|source| serde_json::json!([source.get("name"), source.get("sha256")])).collect())
}
