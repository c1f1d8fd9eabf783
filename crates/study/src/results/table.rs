//! A table: rows of a study's own type, and what each column says of them.

use super::{Columns, Entry, Value, json};
use latent_report as report;
use serde::Serialize;
use serde_json::Value as Json;

/// Significant digits of a cell.
pub(super) const DIGITS: i32 = 4;

/// Rows of a study's own type, and what each column says of them.
///
/// ```
/// use latent_study::results::{Results, Table};
///
/// let solvers = [("ISTA", 812_usize, Some(3e-7)), ("FISTA", 96, None)];
/// let table = Table::new("solvers", &solvers)
///     .column("solver", "", |solver| solver.0)
///     .column("iterations", "", |solver| solver.1)
///     .column("distance", "", |solver| solver.2);
/// let text = Results::new("").table(table).to_string();
/// assert!(text.contains("ISTA           812    3×10⁻⁷\n") && text.contains("FISTA           96         -\n"), "{text}");
/// ```
#[derive(Clone, Debug)]
pub struct Table<'r, R> {
    title: String,
    rows: &'r [R],
    columns: Vec<Column>,
    figures: Vec<Value>,
    json: Option<(String, Json)>,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) cells: Vec<Entry>,
}

impl<'r, R> Table<'r, R> {
    /// A table of these rows, without columns. One without a title is known by the heading above it.
    pub fn new(title: impl Into<String>, rows: &'r [R]) -> Self {
        Self { title: title.into(), rows, columns: Vec::new(), figures: Vec::new(), json: None }
    }

    /// With the key under which the rows stand in JSON, each as it is: its fields need not be those of the columns.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self
    where
        R: Serialize,
    {
        self.json = Some((key.into(), json::of(self.rows)));
        self
    }

    /// With a column: its name, its unit, and what it says of a row. A share
    /// ([`SHARE`](latent_report::SHARE)) is shown in percent.
    #[must_use]
    pub fn column<E: Into<Entry>>(
        mut self,
        name: impl Into<String>,
        unit: impl Into<String>,
        of: impl Fn(&'r R) -> E,
    ) -> Self {
        let cells = self.rows.iter().map(|row| of(row).into()).collect();
        self.columns.push(Column { name: name.into(), unit: unit.into(), cells });
        self
    }

    /// With a final figure of the report for each row that has one, by which runs are compared: a number of the table with
    /// the name that it has there.
    #[must_use]
    pub fn figures(mut self, of: impl Fn(&'r R) -> Option<Value>) -> Self {
        self.figures.extend(self.rows.iter().filter_map(of));
        self
    }

    pub(super) fn into_columns(self) -> Columns {
        Columns { title: self.title, all: self.columns, figures: self.figures, json: self.json }
    }
}

impl Columns {
    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.all.first().map_or(0, |column| column.cells.len())
    }

    /// The table on the page, under a heading.
    pub(super) fn report(&self, heading: &str) -> report::Table {
        let title = if self.title.is_empty() { heading } else { &self.title };
        let heads = self.all.iter().map(|column| (column.name.as_str(), report::shown(&column.unit).1));
        let row = |row: usize| self.all.iter().map(move |column| column.written(row));
        (0..self.rows()).fold(report::Table::new(title, heads), |table, at| table.row(row(at)))
    }
}

impl Column {
    /// A cell, without the unit, which stands above.
    pub(super) fn written(&self, row: usize) -> String {
        self.cells[row].written(&self.unit, DIGITS).0
    }

    /// Whether its cells are words.
    pub(super) fn is_of_words(&self) -> bool {
        self.cells.iter().any(Entry::is_word)
    }
}
