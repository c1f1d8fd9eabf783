//! The head of the page.

use super::metrics::Metrics;
use super::run::{Run, State};
use super::study::{Figure, Study, shown};
use latent_numeric::format::seconds;
use latent_numeric::format::{grouped, short};
use maud::{Markup, html};
use std::time::Duration;

struct Tile {
    name: String,
    value: String,
    unit: String,
    note: String,
}

/// The head of the page: title, summary, state of the run, and final figures.
pub fn header(run: &Run, study: &Study) -> Markup {
    let tiles: Vec<Tile> = study.figures.iter().map(of_figure).chain(of_run(run, study)).collect();
    html! {
        header {
            p.crumb { (run.name()) }
            h1 { (study.title) }
            @if !study.summary.is_empty() { p.summary { (study.summary) } }
            (state(run))
            @if !run.notes.is_empty() {
                ul.notes { @for note in &run.notes { li { (note) } } }
            }
            @if !tiles.is_empty() {
                div.tiles {
                    @for Tile { name, value, unit, note } in &tiles {
                        div.tile {
                            span.name { (name) }
                            span.value { (value) @if !unit.is_empty() { " " small { (unit) } } }
                            @if !note.is_empty() { span.note { (note) } }
                        }
                    }
                }
            }
        }
    }
}

/// The state of the run, in words.
pub fn state(run: &Run) -> Markup {
    let resumed = match run.metrics.resumed {
        0 => String::new(),
        1 => "; it was taken up again once".to_owned(),
        times => format!("; it was taken up again {times} times"),
    };
    let (class, word, text) = match run.state() {
        State::Finished(reason) => ("good", "finished", reason.unwrap_or_default()),
        State::Stopped(reason) => ("warn", "stopped", reason),
        State::Unfinished(0) => ("warn", "unfinished", "no step is recorded: it has just begun, or was killed".into()),
        State::Unfinished(step) => {
            let step = grouped(&step.to_string());
            ("warn", "unfinished", format!("it goes on or was killed; the last record is of step {step}"))
        }
    };
    html! { p.state { span.pill.(class) { (word) } " " (text) (resumed) } }
}

fn of_figure(figure: &Figure) -> Tile {
    let (factor, unit) = shown(&figure.unit);
    let value = figure.value.map_or_else(|| "not finite".to_owned(), |value| short(factor * value));
    Tile { name: figure.name.clone(), value, unit: unit.to_owned(), note: figure.note.clone() }
}

/// The objective, the length of the run and its time.
fn of_run(run: &Run, study: &Study) -> Vec<Tile> {
    let Metrics { last_validation, best, progress, batch, .. } = &run.metrics;
    let mut tiles = Vec::new();
    let objective =
        |values: &[(String, Option<f64>)]| values.iter().find(|(term, _)| term == "objective").map(|(_, value)| *value);
    if let Some(value) = last_validation.as_ref().and_then(|last| objective(&last.values)) {
        let best = best.as_ref().and_then(|best| Some((objective(&best.values)??, best.step)));
        let note = best.map_or_else(String::new, |(value, step)| {
            format!("best {} at step {}", short(value), grouped(&step.to_string()))
        });
        let value = value.map_or_else(|| "not finite".to_owned(), short);
        let unit = study.unit_of("objective").to_owned();
        tiles.push(Tile { name: format!("objective, {}", run.metrics.evaluated), value, unit, note });
    }
    if progress.step > 0 {
        let count = |count: u64, one: &str| {
            format!("{} {one}{}", grouped(&count.to_string()), if count == 1 { "" } else { "s" })
        };
        let batch = batch.map_or_else(String::new, |batch| format!(", {} a step", count(batch, "sample")));
        let note = format!("{}{batch}", count(progress.epoch, "epoch"));
        let value = grouped(&progress.step.to_string());
        tiles.push(Tile { name: "steps".to_owned(), value, unit: String::new(), note });
    }
    if progress.seconds > 0.0 && progress.step > 0 {
        let training = (progress.seconds - run.metrics.preparation_seconds).max(f64::MIN_POSITIVE);
        let all = Duration::from_secs_f64(progress.seconds) + study.phases.iter().map(|(_, time)| *time).sum();
        let rate = short((progress.step as f64 / training * 10.0).round() / 10.0);
        let note = format!("{} of it training, {rate} steps/s", seconds(Duration::from_secs_f64(training)));
        tiles.push(Tile { name: "time".to_owned(), value: seconds(all), unit: String::new(), note });
    }
    tiles
}
