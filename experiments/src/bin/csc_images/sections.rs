//! What the report has beside curves and numbers.

use super::Config;
use super::outcome::Outcome;
use latent_report::Study;
use latent_study::sparse::banks::{sections, sizes_in_words};
use latent_study::sparse::windows::WindowSplits;
use latent_train::progress::grouped;

/// Title and pictures of what was learned.
pub fn report(config: &Config, data: &WindowSplits, outcome: &Outcome) -> Study {
    let about = format!(
        "Banks of {} colour filters of {side} × {side} pixels learned online from {} windows of photographs ({} seen), each \
         window a sum of few placed filters and a smooth part: ½‖Σ dₖ ∗ zₖ − s‖² + {} Σ‖zₖ‖₁.",
        sizes_in_words(&config.filters),
        data.train.nrows(),
        grouped(outcome.seen),
        config.lambda,
        side = config.side,
    );
    let study = Study::new("Convolutional sparse coding of photographs", about).unit("objective", "");
    let study = outcome
        .banks
        .iter()
        .map(|bank| bank.filters)
        .fold(study, |study, size| study.unit(format!("objective_{size}"), "").unit(format!("density_{size}"), ""));
    let photograph = outcome.drawn.as_ref().map(|_| {
        let text = format!(
            "A test photograph, and its {} maps, which say where it has each filter: blue is positive, red negative.",
            config.drawn
        );
        sections::photograph(text).picture(sections::picture("maps", "Each filter, and below it its map"))
    });
    let first = [sections::filters(""), sections::by_number_of_filters("")];
    first.into_iter().chain(photograph).chain([sections::while_learning()]).fold(study, Study::section)
}
