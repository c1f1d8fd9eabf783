//! What the report has beside curves and numbers.

use super::Config;
use super::outcome::{Outcome, WORDS};
use latent_datasets::Splits;
use latent_report::{Picture, Section, Study};
use latent_study::sparse::dictionaries::sections::{codes, learning, with_units};
use latent_train::progress::grouped;
use std::path::Path;

/// Title and pictures of what was learned.
pub fn report(config: &Config, data: &Splits, Outcome { learned, comparison }: &Outcome, folder: &Path) -> Study {
    let set = data.train.name().split('/').next().unwrap_or_default();
    let about = format!(
        "{} strokes, the atoms of a dictionary, learned online from {} images ({} seen), and the test images coded with them: \
         ½‖x − Wz‖² + {}‖z‖₁{}.",
        config.atoms,
        grouped(data.train.len() as u64),
        grouped(learned.course.samples),
        config.lambda,
        if config.positive { ", z ≥ 0" } else { "" },
    );
    let section = |title: &str, text: &str, name: &str, caption: &str| {
        Section::new(title, text).picture(Picture::new(format!("images/{name}.png"), caption).wide())
    };
    let convergence = (!comparison.curves.is_empty()).then(|| {
        let text = format!(
            "Solvers of the lasso on {} test images from zero, in double precision: how far the mean objective is from the \
             optimum.",
            comparison.images
        );
        section("Convergence", &text, "convergence", "Objective minus optimum by iterations and by time")
    });
    let first = [
        section(
            "Atoms",
            "The columns of the dictionary, the most used first. Ink adds to an image, red takes away from it.",
            "atoms",
            "Atoms, sorted by how much they contribute to the codes of the test images",
        ),
        section(
            "Reconstructions",
            "A test image of each class, its reconstruction from its code, and the eight strokes of the code with the largest \
             coefficients.",
            "reconstructions",
            "Test images as sums of strokes",
        ),
        codes(&WORDS),
    ];
    let sections = first.into_iter().chain(convergence).chain(learning(&WORDS, folder));
    sections.fold(with_units(Study::new(format!("Strokes of {set}"), about), &WORDS), Study::section)
}
