//! Warnings, and what helps.

use super::run::Run;
use latent_numeric::format::grouped;
use maud::{Markup, html};

/// All warnings of a run, or that there are none.
pub fn section(run: &Run) -> Markup {
    let warnings = &run.metrics.warnings;
    html! {
        section.health {
            h2 { "Health" }
            @if run.metrics.progress.step == 0 && warnings.is_empty() {
                p.lead { "No steps are recorded." }
            } @else if warnings.is_empty() {
                p.well { "No warnings: nothing that is watched went out of its bounds." }
            } @else {
                ul.warnings {
                    @for warning in warnings {
                        li {
                            strong { (warning.message) }
                            @if !warning.remedy.is_empty() { p { "What helps: " (warning.remedy) } }
                            p.when { (super::charts::spaced(&warning.monitor)) ", " (when(warning.steps, warning.count)) }
                        }
                    }
                }
            }
        }
    }
}

fn when((first, last): (u64, u64), count: u64) -> String {
    let step = |step: u64| grouped(&step.to_string());
    if count == 1 {
        format!("at step {}", step(first))
    } else {
        format!("{count} times, from step {} to {}", step(first), step(last))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn says_when() {
        assert_eq!(super::when((1200, 1200), 1), "at step 1,200");
        assert_eq!(super::when((1200, 3000), 4), "4 times, from step 1,200 to 3,000");
    }
}
