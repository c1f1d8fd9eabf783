//! What the report has beside curves.

use super::conclude::Concluded;
use super::summary::DRAWN;
use latent_report::{Figure, Picture, Section, Study};
use latent_study::DatasetName;
use latent_study::sparse::dictionaries::growth;
use latent_train::progress::grouped;
use std::path::Path;

/// Figures, pictures and times of what was learned.
pub fn report(concluded: &Concluded<'_>, folder: &Path) -> Study {
    let Concluded { config, data, course, evaluated, error, curves, .. } = concluded;
    let test = evaluated.summary();
    let on = format!("on {} test images", grouped(test.samples as u64));
    let set = data.train.name().split('/').next().unwrap_or_default();
    let mut about = format!(
        "{} strokes learned online from {} images ({} seen), and the test images coded with them: ½‖x − Wz‖² + {}‖z‖₁{}.",
        config.atoms,
        grouped(data.train.len() as u64),
        grouped(course.samples),
        config.lambda,
        if config.positive { ", z ≥ 0" } else { "" },
    );
    if config.dataset == DatasetName::SYNTHETIC {
        about = format!("{DRAWN}. {about}");
    }
    let figures = [
        Figure::new("objective, test", test.objective, "")
            .note(format!("squared error {:.4} + l1 {:.4}, {on}", test.data_term, test.l1_term)),
        Figure::new("strokes an image", test.nonzeros, "").note(format!("of {}", config.atoms)),
        Figure::new("squared error, test", 100.0 * error, "%").note("of the image's own square"),
        Figure::new("worst duality gap", 100.0 * test.worst_relative_gap, "%").note(format!(
            "relative; {:.2} % of the codes are certified to {} %",
            100.0 * test.converged,
            100.0 * config.test_gap
        )),
        Figure::new("atoms never used", concluded.evaluated.unused() as f64, "")
            .note(format!("{} dead atoms were replaced while learning", concluded.replaced)),
    ];
    let mut study = Study::new(format!("Strokes of {set}"), about);
    study = figures.into_iter().fold(study, Study::figure);
    let terms = [
        ("objective", ""),
        ("data_term", ""),
        ("l1_term", ""),
        ("nonzeros", "strokes"),
        ("relative_gap", ""),
        ("worst_relative_gap", ""),
        ("iterations", ""),
        ("dead_atoms_replaced", "atoms"),
    ];
    study = terms.into_iter().fold(study, |study, (term, unit)| study.unit(term, unit));
    let section = |title: &str, text: &str, name: &str, caption: &str| {
        Section::new(title, text).picture(Picture::new(format!("images/{name}.png"), caption).wide())
    };
    study = study
        .section(section(
            "Atoms",
            "The columns of the dictionary, the most used first. Ink adds to an image, red takes away from it.",
            "atoms",
            "Atoms, sorted by how much they contribute to the codes of the test images",
        ))
        .section(section(
            "Reconstructions",
            "A test image of each class, what its code makes of it, and the eight strongest strokes of the code.",
            "reconstructions",
            "Test images as sums of strokes",
        ))
        .section(section(
            "Use and certificates",
            "How many strokes an image takes, how often each is used, and the proof that comes with each code: an upper \
             bound of its distance to the optimum, relative to half the square of the image.",
            "sparsity",
            "Sparsity on the test images",
        ));
    if let Some(last) = study.sections.last_mut() {
        last.pictures.push(Picture::new("images/certificates.png", "Certificates of the test images").wide());
    }
    if !curves.is_empty() {
        let text = format!(
            "Solvers of the lasso on {} test images from zero, in double precision: how far the mean objective is from \
             the optimum.",
            concluded.compared
        );
        study = study
            .section(section("Convergence", &text, "convergence", "Objective minus optimum by iterations and by time"))
            .phase("comparing the solvers", concluded.comparing);
    }
    study
        .section(section(
            "Learning",
            "Batches of training images on the atoms before their update, and the test images now and then.",
            "learning",
            "Objective and strokes an image against training images seen",
        ))
        .section(growth::section(folder))
        .phase("coding the test images", evaluated.time)
}
