//! What more filters bring.

use crate::sparse::windows::Judged;
use latent_report::plot::{Axis, Figure, Panel};

/// Objective, fidelity and sparsity against the number of filters: a curve for each kind of codes, with its name and its
/// points (filters, codes of the test windows).
pub fn by_size(title: &str, kinds: &[(&str, Vec<(usize, &Judged)>)]) -> Figure {
    let panel = |title: &str, y: Axis, of: fn(&Judged) -> f64| {
        kinds.iter().fold(Panel::new(Axis::log("filters"), y).title(title), |panel, (name, banks)| {
            panel.curve(*name, banks.iter().map(|(filters, judged)| (*filters as f64, of(judged))).collect())
        })
    };
    let sparsity = Axis::linear("nonzero coefficients per pixel").including(0.0);
    Figure::new(title)
        .panel(panel("Objective", Axis::linear("mean objective of a window"), |judged| judged.codes.objective))
        .panel(panel("Fidelity", Axis::linear("PSNR (dB)"), |judged| judged.psnr))
        .panel(panel("Sparsity", sparsity, |judged| judged.nonzeros_by_pixel))
}
