//! What a study adds to what its run folder holds.

use super::section_table::Table;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What only the study knows of its run, for the report: words, final figures and pictures.
///
/// ```
/// use latent_report::{Figure, Picture, Section, Study};
///
/// let study = Study::new("Beta-VAE on MNIST", "A convolutional VAE with 10 latent dimensions at beta = 4.")
///     .figure(Figure::new("negative ELBO, test", 98.31, "nats").note("importance-weighted bound: 95.02 nats"))
///     .unit("bits_per_dim", "bits/dim")
///     .section(
///         Section::new("Latent traversals", "Each row moves one latent dimension from -3 to 3.")
///             .picture(Picture::new("images/traversals.png", "Traversals of the ten dimensions, by their KL")),
///     );
/// assert_eq!(study.sections.len(), 1);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Study {
    /// The title.
    pub title: String,
    /// What the study is about, in one line.
    pub summary: String,
    /// The final figures of the run.
    pub figures: Vec<Figure>,
    /// The sections of pictures, in their order on the page.
    pub sections: Vec<Section>,
    /// Units of terms, by name. Others have the unit that their name says, such as `kl` and `bits_per_dim`, or none.
    pub units: Vec<(String, String)>,
    /// The time that each phase took, in their order.
    pub phases: Vec<(String, Duration)>,
    /// The commands that make this run again. Without any, the command line that the manifest has.
    pub reproduce: Vec<String>,
    /// Whether the run counts as complete though it has no `DONE` yet, which is written last.
    pub complete: bool,
    /// Whether the results stand in words in `summary.txt`, so that the figures need not be written there.
    pub summarised: bool,
}

impl Study {
    /// A study of this title, and one line that says what it is about.
    pub fn new(title: impl Into<String>, summary: impl Into<String>) -> Self {
        Self { title: title.into(), summary: summary.into(), ..Self::default() }
    }

    /// Adds a final figure.
    #[must_use]
    pub fn figure(mut self, figure: Figure) -> Self {
        self.figures.push(figure);
        self
    }

    /// Adds a section of pictures or tables.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// Gives a term a unit; an empty one if it is a pure number.
    #[must_use]
    pub fn unit(mut self, term: impl Into<String>, unit: impl Into<String>) -> Self {
        self.units.push((term.into(), unit.into()));
        self
    }

    /// Adds the time that a phase took: preparing data, evaluation, figures.
    #[must_use]
    pub fn phase(mut self, name: impl Into<String>, time: Duration) -> Self {
        self.phases.push((name.into(), time));
        self
    }

    /// Adds a command line that makes this run again, or a part of it.
    #[must_use]
    pub fn reproduce(mut self, command: impl Into<String>) -> Self {
        self.reproduce.push(command.into());
        self
    }

    /// Says that nothing is left to be written but `DONE`, so that the report shows the run as complete.
    #[must_use]
    pub fn complete(mut self) -> Self {
        self.complete = true;
        self
    }

    /// Of a run whose results stand in words in `summary.txt`.
    #[must_use]
    pub fn summarised(mut self) -> Self {
        self.summarised = true;
        self
    }

    /// The unit of a term: what the study says, else what its name says, else none.
    pub(super) fn unit_of(&self, term: &str) -> &str {
        given(&self.units, term)
    }
}

/// The unit of shares, which are shown in percent: 0.985 is shown as 98.5 %.
pub const SHARE: &str = "of 1";

/// By what values of a unit are multiplied to be shown, and the unit then.
///
/// ```
/// assert_eq!(latent_report::shown(latent_report::SHARE), (100.0, "%"));
/// assert_eq!(latent_report::shown("nats"), (1.0, "nats"));
/// ```
pub fn shown(unit: &str) -> (f64, &str) {
    if unit == SHARE { (100.0, "%") } else { (1.0, unit) }
}

/// The unit of a term among those given, else what its name says.
pub(super) fn given<'a>(units: &'a [(String, String)], term: &str) -> &'a str {
    units.iter().find(|(name, _)| name == term).map_or_else(|| unit_by_name(term), |(_, unit)| unit)
}

/// The unit that the name of a term tells; none of a name that tells nothing.
fn unit_by_name(term: &str) -> &'static str {
    const NATS: [&str; 8] = ["nats", "kl", "nll", "elbo", "nelbo", "iwae", "likelihood", "entropy"];
    const SHARES: [&str; 3] = ["accuracy", "fraction", "share"];
    let words: Vec<&str> = term.split(['_', '-', ' ', '.']).collect();
    let has = |word: &str| words.contains(&word);
    if has("bits") {
        if has("dim") || has("dimension") || has("pixel") { "bits/dim" } else { "bits" }
    } else if ["seconds", "time"].into_iter().any(has) {
        "s"
    } else if SHARES.into_iter().any(has) {
        SHARE
    } else if NATS.into_iter().any(has) {
        "nats"
    } else {
        ""
    }
}

/// A final figure of a run: a number with its name and unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is.
    pub name: String,
    /// Its value; none if it is not finite.
    pub value: Option<f64>,
    /// Its unit, empty for a pure number, [`SHARE`] for what is shown in percent.
    pub unit: String,
    /// A few words below the figure, such as how it was estimated; may be empty.
    #[serde(default)]
    pub note: String,
}

impl Figure {
    /// A figure of this name, value and unit.
    pub fn new(name: impl Into<String>, value: f64, unit: impl Into<String>) -> Self {
        let value = value.is_finite().then_some(value);
        Self { name: name.into(), value, unit: unit.into(), note: String::new() }
    }

    /// Adds a few words below the figure.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// A section of the page: pictures and tables that belong together.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Section {
    /// The heading.
    pub title: String,
    /// What the pictures show.
    pub text: String,
    /// The tables, which stand before the pictures.
    pub tables: Vec<Table>,
    /// The pictures.
    pub pictures: Vec<Picture>,
}

impl Section {
    /// A section without tables and pictures.
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { title: title.into(), text: text.into(), ..Self::default() }
    }

    /// Adds a table.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    /// Adds a picture.
    #[must_use]
    pub fn picture(mut self, picture: Picture) -> Self {
        self.pictures.push(picture);
        self
    }
}

/// A picture in the report: a PNG file of the run folder.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Picture {
    /// Its path in the run folder, such as `images/atoms.png`.
    pub file: String,
    /// What it shows; also read to those who cannot see it.
    pub caption: String,
    /// Whether it takes the whole width of the page.
    pub wide: bool,
}

impl Picture {
    /// A picture with its caption.
    pub fn new(file: impl Into<String>, caption: impl Into<String>) -> Self {
        Self { file: file.into(), caption: caption.into(), wide: false }
    }

    /// Lets the picture take the whole width of the page.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_tells_no_unit_has_none() {
        for (term, unit) in [
            ("kl", "nats"),
            ("cross_entropy", "nats"),
            ("bits_per_dim", "bits/dim"),
            ("class_accuracy", SHARE),
            ("validation_time", "s"),
            ("effective_classes", ""),
            ("objective", ""),
            ("frechet_distance", ""),
            ("singular_value_3", ""),
        ] {
            assert_eq!(unit_by_name(term), unit, "{term}");
        }
    }

    #[test]
    fn what_the_study_says_counts_more_than_the_name() {
        let study = Study::new("a", "b").unit("objective", "nats").unit("kl", "bits");
        assert_eq!([study.unit_of("objective"), study.unit_of("kl"), study.unit_of("l1")], ["nats", "bits", ""]);
    }
}
