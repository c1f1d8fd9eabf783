//! What the report has beside curves.

use super::conclude::Concluded;
use latent_report::{Figure, Picture, Section, Study};
use latent_study::DatasetName;
use latent_study::natural::DRAWN;
use latent_train::progress::grouped;
use std::time::Duration;

/// Figures, pictures and times of what was learned.
pub fn report(concluded: &Concluded<'_>) -> Study {
    let Concluded { config, data, banks, drawn, seen, .. } = concluded;
    let mut about = format!(
        "Banks of {} colour filters of {side} × {side} pixels learned online from {} windows of photographs ({} seen), each \
         window a sum of few placed filters and a smooth part: ½‖Σ dₖ ∗ zₖ − s‖² + {} Σ‖zₖ‖₁.",
        config.filters.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        data.train.nrows(),
        grouped(*seen),
        config.lambda,
        side = config.side,
    );
    if config.dataset == DatasetName::SYNTHETIC {
        about = format!("{DRAWN}. {about}");
    }
    let mut study = Study::new("Convolutional sparse coding of photographs", about).unit("objective", "");
    for bank in banks {
        let (size, judged) = (bank.filters, &bank.judged);
        let codes = &judged.codes;
        let name = format!("objective, {size} {}", if size == 1 { "filter" } else { "filters" });
        study = study
            .figure(Figure::new(name, codes.objective, "").note(format!(
                "{:.2} dB; {:.3} coefficients a pixel, {:.2} % of the maps; worst relative gap {:.1e}",
                judged.psnr,
                judged.nonzeros_by_pixel,
                100.0 * bank.density,
                codes.worst_relative_gap
            )))
            .unit(format!("objective_{size}"), "")
            .unit(format!("density_{size}"), "");
    }
    let picture = |name: &str, caption: &str| Picture::new(format!("images/{name}.png"), caption).wide();
    study = study.section(
        Section::new(
            "Filters",
            "A bank in each block, with the number of its filters; the most used first. Grey is zero, and the strongest pixel \
             of a filter is full colour.",
        )
        .picture(picture("filters", "Filters of all banks")),
    );
    study = study.section(
        Section::new("More and more filters", "Means over the test windows.")
            .picture(picture("by_number_of_filters", "Objective, fidelity and sparsity against the number of filters")),
    );
    if drawn.is_some() {
        let text = format!(
            "A photograph that was not learned from, and where its {} maps place their filters: blue is positive, red negative.",
            config.drawn
        );
        study = study.section(
            Section::new("A whole photograph", text)
                .picture(picture("photograph", "The photograph, and what its maps make of it"))
                .picture(picture("maps", "Each filter, and below it its map")),
        );
    }
    study = study.section(
        Section::new("Filters while they were learned", "In their own order.")
            .picture(picture("filters_while_learning", "The last of the pictures in its folder")),
    );
    let coding = banks.iter().map(|bank| Duration::from_secs_f64(bank.judged.seconds)).sum();
    study.phase("coding the test windows", coding)
}
