//! Figures of learning and of codes.

use super::{Coded, Curves, LearningCurve, Words, use_of_atoms};
use crate::failure::Failure;
use crate::saved::Save;
use latent_report::plot::{Axis, Figure, Panel, histogram, histogram_of_counts};
use latent_train::run::RunFolder;

/// Saves all of them, as [`sections`](super::sections) shows them; `asked` is the relative duality gap that was asked for.
///
/// # Errors
/// If one cannot be drawn, or a file not written.
pub fn save(
    run: &RunFolder,
    (course, coded): (&LearningCurve, &Coded),
    asked: f64,
    words: &Words,
) -> Result<(), Failure> {
    learning(course, words).save(run, "learning")?;
    sparsity(coded, words).save(run, "sparsity")?;
    certificates(coded, asked, words).save(run, "certificates")
}

/// Objective and number of nonzero coefficients against training samples seen.
fn learning(course: &LearningCurve, words: &Words) -> Figure {
    let Words { sample, samples } = words;
    let seen = || Axis::linear(format!("training {samples} seen (thousands)"));
    let panel = |title: &str, axis: Axis, of: fn(&Curves) -> &[(f64, f64)]| {
        let points = |curves| of(curves).iter().map(|&(seen, value)| (seen / 1_000.0, value)).collect();
        let panel = Panel::new(seen(), axis).title(title);
        panel.curve("batches", points(&course.batches)).curve(format!("test {samples}"), points(&course.validations))
    };
    Figure::new("Learning")
        .panel(panel("objective", Axis::linear("mean objective"), |curves| &curves.objective))
        .panel(panel("sparsity", Axis::linear(format!("nonzero coefficients per {sample}")), |curves| &curves.nonzeros))
}

/// Duality gaps and iterations; `asked` is the relative gap that was asked for.
fn certificates(coded: &Coded, asked: f64, words: &Words) -> Figure {
    let certificates = &coded.certificates;
    let samples = || Axis::linear(words.samples);
    // A gap of nothing has no logarithm; sums in single precision end far above.
    let decades: Vec<f64> = certificates.iter().map(|c| c.relative_gap.max(1e-16).log10()).collect();
    let iterations: Vec<usize> = certificates.iter().map(|c| c.iterations).collect();
    Figure::new(format!("Certificates of the test {}", words.samples))
        .panel(
            Panel::new(Axis::linear("log10 of the relative duality gap"), samples())
                .title(format!("Bound of the distance to the optimum ({asked:.0e} was asked for)"))
                .bars("", histogram(&decades, 40)),
        )
        .panel(
            Panel::new(Axis::linear("iterations"), samples())
                .title("Iterations of the solver")
                .bars("", histogram_of_counts(&iterations, 40)),
        )
}

/// How many coefficients of a sample are not zero, and how often an atom is used.
fn sparsity(coded: &Coded, words: &Words) -> Figure {
    let Words { sample, samples } = words;
    let taken: Vec<usize> = coded.certificates.iter().map(|c| c.support).collect();
    let shares: Vec<f64> = use_of_atoms(&coded.codes).iter().map(|share| 100.0 * share).collect();
    Figure::new(format!("Sparsity on the test {samples}"))
        .panel(
            Panel::new(Axis::linear(format!("nonzero coefficients per {sample}")), Axis::linear(*samples))
                .title("Sparsity of the codes")
                .bars("", histogram_of_counts(&taken, 40)),
        )
        .panel(
            Panel::new(Axis::linear(format!("{samples} that use the atom (%)")).including(0.0), Axis::linear("atoms"))
                .title("Use of the atoms")
                .bars("", histogram(&shares, 40)),
        )
}
