//! What a run came to, said once: as text, as JSON and in the report.
//!
//! A study collects its numbers in a [`Results`]: [`Value`]s and [`Table`]s, with names, units and notes.
//! [`publish`](Results::publish) writes `summary.txt`, which is printed too, and `test.json` for programs, and adds the
//! figures and tables to the report.
//!
//! ```
//! use latent_report::SHARE;
//! use latent_study::results::{Results, Table, Value};
//!
//! #[derive(serde::Serialize)]
//! struct Bank {
//!     filters: usize,
//!     psnr: f64,
//! }
//!
//! let banks = [Bank { filters: 8, psnr: 34.071 }, Bank { filters: 16, psnr: f64::NAN }];
//! let results = Results::new("bsds: filters of 9 x 9 pixels")
//!     .heading("on 12 test windows")
//!     .value(Value::new("error, test", 0.0321, SHARE).key("codes.error").note("of the square of the image"))
//!     .table(Table::new("banks", &banks).key("banks").column("filters", "", |b| b.filters).column("PSNR", "dB", |b| b.psnr));
//! assert_eq!(
//!     results.to_string(),
//!     "\
//! bsds: filters of 9 x 9 pixels
//!
//! on 12 test windows
//!   error, test  3.21 %  (of the square of the image)
//!
//!   banks
//!               PSNR
//!     filters   (dB)
//!           8  34.07
//!          16      -
//! "
//! );
//! assert_eq!(results.json()["codes"]["error"], 0.0321);
//! assert_eq!(results.json()["banks"][1]["psnr"], serde_json::Value::Null);
//! let study = results.report(latent_report::Study::new("Filters", ""));
//! assert_eq!(study.figures[0].value, Some(0.0321));
//! # Ok::<(), latent_train::run::RunError>(())
//! ```

mod entry;
mod json;
mod table;
mod text;
mod value;

pub use entry::Entry;
pub use table::{Column, Table};
pub use value::Value;

use crate::print::print;
use latent_report::{self as report, Section};
use latent_train::run::{RunError, RunFolder};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::fmt;

/// Where the results are for programs.
const FILE: &str = "test.json";
/// Where they are for people.
const SUMMARY: &str = "summary.txt";

/// What a run came to, in the order in which it is read.
#[derive(Clone, Debug, Default)]
pub struct Results {
    headline: String,
    warnings: Vec<String>,
    parts: Vec<Part>,
    /// What only programs read.
    data: Map<String, Json>,
}

#[derive(Clone, Debug)]
enum Part {
    Heading(String),
    Value(Value),
    Table(Columns),
}

/// A table as it is kept: its rows are those of its columns.
#[derive(Clone, Debug)]
struct Columns {
    title: String,
    all: Vec<Column>,
    figures: Vec<Value>,
    json: Option<(String, Json)>,
}

impl Results {
    /// Results under a headline: what was learned from what, in a line.
    pub fn new(headline: impl Into<String>) -> Self {
        Self { headline: headline.into(), ..Self::default() }
    }

    /// With what a reader has to know first, such as that the data are synthetic; a list, or an option of one.
    #[must_use]
    pub fn warnings<W: Into<String>>(mut self, warnings: impl IntoIterator<Item = W>) -> Self {
        self.warnings.extend(warnings.into_iter().map(Into::into));
        self
    }

    /// With the warning that the run was stopped, if it was; `stopped_early` in JSON.
    #[must_use]
    pub fn stopped_early(self, stopped: bool) -> Self {
        let warning = stopped.then_some("stopped early: these are the results of what was learned so far");
        self.warnings(warning).data("stopped_early", &stopped)
    }

    /// With a heading, under which the values and tables after it stand.
    #[must_use]
    pub fn heading(mut self, heading: impl Into<String>) -> Self {
        self.parts.push(Part::Heading(heading.into()));
        self
    }

    /// With a value.
    #[must_use]
    pub fn value(mut self, value: Value) -> Self {
        self.parts.push(Part::Value(value));
        self
    }

    /// With several values.
    #[must_use]
    pub fn values(self, values: impl IntoIterator<Item = Value>) -> Self {
        values.into_iter().fold(self, Self::value)
    }

    /// With a table; one without rows is left out of text and report.
    #[must_use]
    pub fn table<R>(mut self, table: Table<'_, R>) -> Self {
        self.parts.push(Part::Table(table.into_columns()));
        self
    }

    /// With data that programs read and nobody else, under a key; dots in it make objects within objects.
    ///
    /// # Panics
    /// If they have no form in JSON, or the key is inside of another one's value.
    #[must_use]
    pub fn data(mut self, key: &str, data: &(impl Serialize + ?Sized)) -> Self {
        json::insert(&mut self.data, key, json::of(data));
        self
    }

    /// With the fields of a struct as such data, each under its own name.
    ///
    /// # Panics
    /// If it is not a struct or a map, or as [`data`](Self::data).
    #[must_use]
    pub fn fields(self, of: &impl Serialize) -> Self {
        let Json::Object(fields) = json::of(of) else { panic!("Results: a struct is expected") };
        fields.into_iter().fold(self, |results, (key, value)| results.data(&key, &value))
    }

    /// What programs read: data, the values that have keys, the rows of tables that have keys. What is not finite or missing
    /// is `null`.
    pub fn json(&self) -> Json {
        let mut all = self.data.clone();
        for part in &self.parts {
            match part {
                Part::Value(Value { key: Some(key), entry, .. }) => json::insert(&mut all, key, entry.json()),
                Part::Table(Columns { json: Some((key, rows)), .. }) => json::insert(&mut all, key, rows.clone()),
                _ => {}
            }
        }
        Json::Object(all)
    }

    /// A report with these results: warnings before its summary, figures, a section of tables before the others, and the times
    /// of its phases.
    #[must_use]
    pub fn report(&self, mut study: report::Study) -> report::Study {
        let warnings = self.warnings.iter().map(|warning| warning.clone() + ". ");
        study.summary = warnings.chain([study.summary]).collect();
        let (mut section, mut under) = (Section::new("Results", ""), "");
        for part in &self.parts {
            match part {
                Part::Heading(heading) => under = heading,
                Part::Value(value) => study = value.report(study),
                Part::Table(table) => {
                    study = table.figures.iter().fold(study, |study, figure| figure.report(study));
                    if table.rows() > 0 {
                        section = section.table(table.report(under));
                    }
                }
            }
        }
        if !section.tables.is_empty() {
            study.sections.insert(0, section);
        }
        study
    }

    /// Writes `summary.txt` and, if there is anything for programs, `test.json` into the folder of a run, prints the summary,
    /// and answers with the report with these results.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn publish(&self, folder: &RunFolder, study: report::Study) -> Result<report::Study, RunError> {
        let json = self.json();
        if json.as_object().is_some_and(|json| !json.is_empty()) {
            folder.json(FILE, &json)?;
        }
        self.summarise(folder)?;
        Ok(self.report(study).summarised())
    }

    /// Writes `summary.txt` into the folder of a run, and prints it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn summarise(&self, folder: &RunFolder) -> Result<(), RunError> {
        let text = self.to_string();
        folder.bytes(SUMMARY, text.as_bytes())?;
        print(&text);
        Ok(())
    }
}

/// As text: warnings, the headline, then the parts, values and columns under each other.
impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(f, self)
    }
}

/// The figures of a report alone.
impl<'f> FromIterator<&'f report::Figure> for Results {
    fn from_iter<I: IntoIterator<Item = &'f report::Figure>>(figures: I) -> Self {
        Self::default().values(figures.into_iter().map(Value::from))
    }
}

#[cfg(test)]
mod tests;
