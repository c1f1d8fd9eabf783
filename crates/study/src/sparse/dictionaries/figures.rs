//! Figures of learning and of codes.

use super::{Coded, Curves, LearningCurve, use_of_atoms};
use latent_report::plot::{Axis, Figure, Panel, histogram, histogram_of_counts};

/// What samples and atoms are called.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// One sample, such as `image`.
    pub sample: &'static str,
    /// Several of them.
    pub samples: &'static str,
    /// One atom, such as `stroke`.
    pub atom: &'static str,
    /// Several of them.
    pub atoms: &'static str,
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// Objective and number of atoms against training samples seen.
pub fn learning(course: &LearningCurve, words: &Words) -> Figure {
    let Words { sample, samples, atoms, .. } = words;
    let seen = || Axis::linear(format!("training {samples} seen (thousands)"));
    let panel = |title: &str, axis: Axis, of: fn(&Curves) -> &[(f64, f64)]| {
        let points = |curves| of(curves).iter().map(|&(seen, value)| (seen / 1_000.0, value)).collect();
        let panel = Panel::new(seen(), axis).title(title);
        panel.curve("batches", points(&course.batches)).curve(format!("test {samples}"), points(&course.validations))
    };
    Figure::new("Learning").panel(panel("objective", Axis::linear("mean objective"), |curves| &curves.objective)).panel(
        panel("sparsity", Axis::linear(format!("{atoms} in {} {sample}", article(sample))), |curves| &curves.nonzeros),
    )
}

/// Duality gaps and iterations; `asked` is the relative gap that was asked for.
pub fn certificates(coded: &Coded, asked: f64, words: &Words) -> Figure {
    let certificates = &coded.certificates;
    let samples = || Axis::linear(words.samples);
    // A gap of nothing has no logarithm; sums in single precision end far above.
    let decades: Vec<f64> = certificates.iter().map(|c| c.relative_gap.max(1e-16).log10()).collect();
    let iterations: Vec<usize> = certificates.iter().map(|c| c.iterations).collect();
    Figure::new(format!("Certificates of the test {}", words.samples))
        .panel(
            Panel::new(Axis::linear("log10 of the relative duality gap"), samples())
                .title(format!("How far a code is from the optimum at most ({asked:.0e} was asked for)"))
                .bars("", histogram(&decades, 40)),
        )
        .panel(
            Panel::new(Axis::linear("iterations"), samples())
                .title("How many iterations it took")
                .bars("", histogram_of_counts(&iterations, 40)),
        )
}

/// How many atoms a sample takes, and how often an atom is used.
pub fn sparsity(coded: &Coded, words: &Words) -> Figure {
    let Words { sample, samples, atom, atoms } = words;
    let (a_sample, an_atom) = (format!("{} {sample}", article(sample)), format!("{} {atom}", article(atom)));
    let taken: Vec<usize> = coded.certificates.iter().map(|c| c.support).collect();
    let shares: Vec<f64> = use_of_atoms(&coded.codes).iter().map(|share| 100.0 * share).collect();
    Figure::new(format!("Sparsity on the test {samples}"))
        .panel(
            Panel::new(Axis::linear(format!("{atoms} in {a_sample}")), Axis::linear(*samples))
                .title(format!("How many {atoms} {a_sample} takes"))
                .bars("", histogram_of_counts(&taken, 40)),
        )
        .panel(
            Panel::new(Axis::linear(format!("{samples} that use it (%)")).including(0.0), Axis::linear(*atoms))
                .title(format!("How often {an_atom} is used"))
                .bars("", histogram(&shares, 40)),
        )
}
