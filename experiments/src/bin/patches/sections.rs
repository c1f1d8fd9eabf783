//! What the report has beside curves.

use super::conclude::{Concluded, Set};
use super::judged::GOOD;
use latent_report::{Figure, Picture, Section, Study};
use latent_study::DatasetName;
use latent_study::natural::DRAWN;
use latent_study::sparse::dictionaries::growth;
use latent_train::progress::grouped;
use std::path::Path;

/// Figures, pictures and times of what was learned.
#[allow(clippy::too_many_lines, reason = "one section after the other")]
pub fn report(concluded: &Concluded<'_>, folder: &Path) -> Study {
    let Concluded { config, data, course, train, test, error, sets, .. } = concluded;
    let (of_test, of_train) = (test.summary(), train.summary());
    let mut about = format!(
        "{} atoms of {side} × {side} pixels learned online from {} patches of {} pictures ({} seen), which were filtered and \
         brought to variance 1: ½‖x − Wz‖² + {}‖z‖₁.",
        config.atoms,
        grouped(data.train.nrows() as u64),
        data.photographs,
        grouped(course.samples),
        config.lambda,
        side = config.side,
    );
    if config.dataset == DatasetName::SYNTHETIC {
        about = format!("{DRAWN}. {about}");
    }
    let [atoms, principal, noise] = sets;
    let of = |set: &Set| format!("{} {:.3}", set.name, set.judged.median());
    let entropy = atoms.judged.orientation_entropy().unwrap_or(f64::NAN);
    let figures = [
        Figure::new("objective, training", of_train.objective, "")
            .note(format!("of the {} patches that were learned from", grouped(of_train.samples as u64))),
        Figure::new("objective, test", of_test.objective, "").note(format!(
            "squared error {:.3} + l1 {:.3}, on {} patches of other pictures",
            of_test.data_term,
            of_test.l1_term,
            grouped(of_test.samples as u64)
        )),
        Figure::new("atoms a patch", of_test.nonzeros, "")
            .note(format!("of {}, test; {:.2} training", config.atoms, of_train.nonzeros)),
        Figure::new("squared error, test", 100.0 * error, "%").note("of the patch's own square"),
        Figure::new("worst duality gap", 100.0 * of_test.worst_relative_gap, "%").note("relative, test"),
        Figure::new("atoms never used", concluded.test.unused() as f64, "")
            .note(format!("{} dead atoms were replaced while learning", concluded.replaced)),
    ];
    let of_fits = [
        Figure::new("median R² of Gabor fits", atoms.judged.median(), "").note(format!(
            "{}, {}",
            of(principal),
            of(noise)
        )),
        Figure::new(format!("atoms with R² above {GOOD}"), 100.0 * atoms.judged.share_of_good(), "%"),
        Figure::new("orientation entropy", entropy, "").note("of eight classes, 1 if all are as frequent"),
    ];
    let of_fits = of_fits.into_iter().filter(|_| concluded.is_fitted());
    let mut study = Study::new("Atoms of natural patches", about);
    study = figures.into_iter().chain(of_fits).fold(study, Study::figure);
    let terms = [
        ("objective", ""),
        ("data_term", ""),
        ("l1_term", ""),
        ("nonzeros", "atoms"),
        ("relative_gap", ""),
        ("worst_relative_gap", ""),
        ("iterations", ""),
        ("dead_atoms_replaced", "atoms"),
    ];
    study = terms.into_iter().fold(study, |study, (term, unit)| study.unit(term, unit));
    let picture = |name: &str, caption: &str| Picture::new(format!("images/{name}.png"), caption);
    let fitted = |name: &str, of: &str| {
        picture(
            &format!("{name}_fitted"),
            &format!("{of}: above the image, below its fit with R², from the best to the worst"),
        )
        .wide()
    };
    let gabors = concluded.is_fitted().then(|| {
        Section::new(
                "Gabor functions",
                "A wave under a Gaussian window, with eight parameters, fitted to each atom by least squares; beside it the \
                 same for two sets of images that nobody would call Gabor functions.",
            )
            .picture(picture("gabor_r_squared", "R² of the fits, sorted"))
            .picture(fitted("atoms", "Atoms"))
            .picture(fitted("principal_components", "Principal components"))
            .picture(fitted("noise", "Noise"))
            .picture(picture("tuning", "Orientations and frequencies").wide())
    });
    study = study.section(
        Section::new("Atoms", "The columns of the dictionary, the most used first: blue is positive, red negative.")
            .picture(picture("atoms", "Atoms, sorted by how much they contribute to the codes of the test patches")),
    );
    gabors
        .into_iter()
        .fold(study, Study::section)
        .section(
            Section::new("Controls", "The principal components of the same patches, and normal noise.")
                .picture(picture("principal_components", "Principal components, by descending variance"))
                .picture(picture("noise", "Noise")),
        )
        .section(
            Section::new(
                "Use and certificates",
                "How many atoms a patch takes, how often each is used, and the proof that comes with each code.",
            )
            .picture(picture("sparsity", "Sparsity on the test patches").wide())
            .picture(picture("certificates", "Certificates of the test patches").wide()),
        )
        .section(
            Section::new(
                "Learning",
                "Batches of training patches on the atoms before their update, and the test patches.",
            )
            .picture(picture("learning", "Objective and atoms a patch against training patches seen").wide()),
        )
        .section(growth::section(folder))
        .phase("coding the patches", test.time + train.time)
        .phase("fitting Gabor functions", concluded.fitting)
}
