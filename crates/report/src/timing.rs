//! Where the time went.

use super::charts::speed;
use super::page::fact;
use super::run::Run;
use super::study::Study;
use latent_numeric::format::seconds;
use latent_numeric::format::{grouped, short};
use maud::{Markup, html};
use std::time::Duration;

/// The section on time: in all, by phase, and speed over steps.
pub fn section(run: &Run, study: &Study) -> Markup {
    let metrics = &run.metrics;
    let all = metrics.progress.seconds;
    if all <= 0.0 && study.phases.is_empty() {
        return html! {};
    }
    let mut phases: Vec<(String, f64)> = Vec::new();
    if all > 0.0 {
        let (before, all) = (metrics.preparation_seconds, (all - metrics.preparation_seconds).max(0.0));
        if before > 0.0 {
            phases.push(("before the first step".to_owned(), before));
        }
        if metrics.validation_seconds > 0.0 {
            phases.push(("training".to_owned(), (all - metrics.validation_seconds).max(0.0)));
            phases.push((metrics.evaluated.to_string(), metrics.validation_seconds));
        } else {
            phases.push((format!("training and {}", metrics.evaluated), all));
        }
    }
    phases.extend(study.phases.iter().map(|(name, time)| (name.clone(), time.as_secs_f64())));
    let total: f64 = phases.iter().map(|(_, time)| time).sum();
    let time = |s: f64| seconds(Duration::from_secs_f64(s));
    html! {
        section {
            h2 { "Time" }
            table.phases {
                thead { tr { th scope="col" { "phase" } th.number scope="col" { "time" } th.number scope="col" { "share" } th {} } }
                tbody {
                    @for (name, spent) in &phases {
                        @let share = 100.0 * spent / total.max(f64::MIN_POSITIVE);
                        tr {
                            th scope="row" { (name) }
                            td.number { (time(*spent)) }
                            td.number { (format!("{share:.1} %")) }
                            td.bar { i style=(format!("width:{share:.1}%")) {} }
                        }
                    }
                }
                tfoot { tr { th scope="row" { "total" } td.number { (time(total)) } td {} td {} } }
            }
            @if metrics.progress.step > 0 && all > 0.0 {
                table.facts {
                    tbody {
                        (fact("steps", grouped(&metrics.progress.step.to_string())))
                        (fact("steps a second", short(rate(metrics.progress.step as f64 / all))))
                        @if let Some(batch) = metrics.batch {
                            (fact("samples a second", grouped(&format!("{:.0}", (batch * metrics.progress.step) as f64 / all))))
                        }
                    }
                }
            }
            @if let Some(chart) = speed(metrics) { div.charts { (chart.figure()) } }
        }
    }
}

/// Three digits: times vary by more.
fn rate(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}
