//! What the report has beside curves and numbers.

use super::Config;
use super::outcome::{Drawn, Outcome};
use latent_report::Study;
use latent_study::sparse::banks::{sections, sizes_in_words};
use latent_study::sparse::windows::WindowSplits;
use latent_train::progress::grouped;

/// Title and pictures of what was learned.
pub fn report(config: &Config, data: &WindowSplits, outcome: &Outcome) -> Study {
    let about = format!(
        "Banks of {} filters of {side} × {side} pixels and their encoders, learned in {} steps from {} windows of photographs, \
         each window a sum of few placed filters and a smooth part: ½‖Σ dₖ ∗ zₖ − s‖² + {}/2 ‖z − Enc(s)‖² + {} ‖z‖₁.",
        sizes_in_words(&config.filters),
        grouped(outcome.steps),
        data.train.nrows(),
        config.energy.alpha,
        config.energy.lambda,
        side = config.side,
    );
    let study = Study::new("Predictive sparse decomposition of photographs", about).unit("objective", "");
    let study = outcome.banks.iter().map(|bank| bank.filters).fold(study, |study, size| {
        let terms = ["objective", "prediction", "density"];
        terms.into_iter().fold(study, |study, term| study.unit(format!("{term}_{size}"), ""))
    });
    let Drawn { predicted, optimal } = &outcome.drawn;
    let whole = format!(
        "A test photograph, from the {} maps that the encoder predicts ({:.1} dB), and from those of least objective ({:.1} dB).",
        config.drawn, predicted.psnr, optimal.psnr
    );
    let all = [
        sections::filters(", each in the same place among those of the decoder and of the encoder"),
        sections::by_number_of_filters(", of the maps that encoders predict and of those of least objective"),
        sections::photograph(whole),
        sections::while_learning(),
    ];
    all.into_iter().fold(study, Study::section)
}
