//! What the reports of studies of dictionaries share.

use super::{Words, growth};
use latent_report::{Picture, Section, Study};
use std::path::Path;

/// A report with the units of the terms of a dictionary.
#[must_use]
pub fn with_units(study: Study, words: &Words) -> Study {
    let terms = ["objective", "data_term", "l1_term", "relative_gap", "worst_relative_gap", "iterations"];
    let study = terms.into_iter().fold(study, |study, term| study.unit(term, ""));
    study.unit("nonzeros", format!("per {}", words.sample)).unit("dead_atoms_replaced", "atoms")
}

/// How sparse the codes of the test samples are, and how far from the optimum at most.
pub fn codes(words: &Words) -> Section {
    let Words { sample, samples } = words;
    let text = format!(
        "How many coefficients of each test {sample} are not zero, how many {samples} use each atom, and the certificate of \
         each code: its duality gap, an upper bound of its distance to the optimum, relative to half the square of the \
         {sample}."
    );
    Section::new("Sparsity and certificates", text)
        .picture(picture("sparsity", format!("Sparsity of the test {samples}")).wide())
        .picture(picture("certificates", format!("Certificates of the test {samples}")).wide())
}

/// How learning went, and the atoms meanwhile, from the folder of the run.
pub fn learning(words: &Words, folder: &Path) -> [Section; 2] {
    let Words { sample, samples } = words;
    let text = format!(
        "Batches of training {samples}, coded with the atoms before their update, and the test {samples} from time to time."
    );
    let caption =
        format!("Objective and nonzero coefficients per {sample} against the number of training {samples} seen");
    [Section::new("Learning", text).picture(picture("learning", caption).wide()), growth::section(folder)]
}

/// A picture of `images/` by its name.
fn picture(name: &str, caption: String) -> Picture {
    Picture::new(format!("images/{name}.png"), caption)
}
