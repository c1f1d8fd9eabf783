//! What the report has beside curves and numbers.

use super::outcome::{Outcome, WORDS};
use super::{Config, PatchSplits};
use latent_report::{Picture, Section, Study};
use latent_study::sparse::dictionaries::sections::{codes, learning, with_units};
use latent_train::progress::grouped;
use std::path::Path;

/// Title and pictures of what was learned.
pub fn report(config: &Config, data: &PatchSplits, outcome: &Outcome, folder: &Path) -> Study {
    let about = format!(
        "{} atoms of {side} × {side} pixels learned online from {} patches of {} pictures ({} seen), which were filtered and \
         brought to variance 1: ½‖x − Wz‖² + {}‖z‖₁.",
        config.atoms,
        grouped(data.train.nrows() as u64),
        data.photographs,
        grouped(outcome.learned.course.samples),
        config.lambda,
        side = config.side,
    );
    let picture = |name: &str, caption: &str| Picture::new(format!("images/{name}.png"), caption);
    let atoms =
        Section::new("Atoms", "The columns of the dictionary, the most used first: blue is positive, red negative.")
            .picture(picture("atoms", "Atoms, sorted by how much they contribute to the codes of the test patches"));
    let controls = Section::new("Controls", "The principal components of the same patches, and normal noise.")
        .picture(picture("principal_components", "Principal components, by descending variance"))
        .picture(picture("noise", "Noise"));
    let sections = [atoms].into_iter().chain(outcome.is_fitted().then(gabors)).chain([controls, codes(&WORDS)]);
    let study = with_units(Study::new("Atoms of natural patches", about), &WORDS);
    sections.chain(learning(&WORDS, folder)).fold(study, Study::section)
}

/// The fits of Gabor functions.
fn gabors() -> Section {
    let picture = |name: &str, caption: &str| Picture::new(format!("images/{name}.png"), caption);
    let fitted = |name: &str, of: &str| {
        let caption = format!("{of}: above the image, below its fit with R², from the best to the worst");
        picture(&format!("{name}_fitted"), &caption).wide()
    };
    let text = "A wave under a Gaussian window, with eight parameters, fitted to each atom by least squares; as controls, the \
                same for principal components and for noise.";
    Section::new("Gabor functions", text)
        .picture(picture("gabor_r_squared", "R² of the fits, sorted"))
        .picture(fitted("atoms", "Atoms"))
        .picture(fitted("principal_components", "Principal components"))
        .picture(fitted("noise", "Noise"))
        .picture(picture("tuning", "Orientations and frequencies").wide())
}
