//! What the report has beside curves.

use super::conclude::{Bank, Concluded};
use latent_report::{Figure, Picture, Section, Study};
use latent_study::DatasetName;
use latent_study::natural::DRAWN;
use latent_train::progress::grouped;
use std::time::Duration;

/// Figures, pictures and times of what was learned.
pub fn report(concluded: &Concluded<'_>) -> Study {
    let Concluded { config, data, banks, drawn, steps, .. } = concluded;
    let mut about = format!(
        "Banks of {} filters of {side} × {side} pixels and their encoders, learned in {} steps from {} windows of photographs, \
         each window a sum of few placed filters and a smooth part: ½‖Σ dₖ ∗ zₖ − s‖² + {}/2 ‖z − Enc(s)‖² + {} ‖z‖₁.",
        config.filters.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        grouped(*steps),
        data.train.nrows(),
        config.energy.alpha,
        config.energy.lambda,
        side = config.side,
    );
    if config.dataset == DatasetName::SYNTHETIC {
        about = format!("{DRAWN}. {about}");
    }
    let mut study = Study::new("Predictive sparse decomposition of photographs", about).unit("objective", "");
    for Bank { filters, predicted, optimal, worth, similarity, .. } in banks {
        let name = format!("PSNR, {filters} {}", if *filters == 1 { "filter" } else { "filters" });
        let worth = worth.map_or_else(|| "more than all".to_owned(), |worth| format!("{worth:.1}"));
        study = study
            .figure(Figure::new(name, predicted.psnr, "dB").note(format!(
                "by prediction; {:.2} dB at the optimum; worth {worth} iterations of FISTA; filters of encoder and decoder \
                 alike to {:.0} %",
                optimal.psnr,
                100.0 * similarity
            )))
            .unit(format!("objective_{filters}"), "")
            .unit(format!("prediction_{filters}"), "")
            .unit(format!("density_{filters}"), "");
    }
    let picture = |name: &str, caption: &str| Picture::new(format!("images/{name}.png"), caption).wide();
    let whole = format!(
        "A photograph that was not learned from, with the {} maps that its encoder says ({:.1} dB), and with those of least \
         objective ({:.1} dB).",
        config.drawn, drawn.psnr[0], drawn.psnr[1]
    );
    let coding = banks.iter().map(|bank| Duration::from_secs_f64(bank.optimal.seconds)).sum();
    study
        .section(
            Section::new(
                "Filters",
                "A bank in each block, with the number of its filters; the most used first, each in the same place among those \
                 of the decoder and of the encoder. Grey is zero, and the strongest pixel of a filter is full colour.",
            )
            .picture(picture("filters", "Filters of all banks")),
        )
        .section(
            Section::new(
                "More and more filters",
                "Means over the test windows, of the maps that encoders say and of those of least objective.",
            )
            .picture(picture("by_number_of_filters", "Objective, fidelity and sparsity against the number of filters")),
        )
        .section(
            Section::new("A whole photograph", whole)
                .picture(picture("photograph", "The photograph, and what its maps make of it")),
        )
        .section(
            Section::new("Filters while they were learned", "In their own order.")
                .picture(picture("filters_while_learning", "The last of the pictures in its folder")),
        )
        .phase("optima of the test windows", coding)
}
