//! Tables of results, on the page of a run.

use maud::{Markup, html};

/// A table of a section: its cells are texts, as they are to be read.
///
/// ```
/// use latent_report::{Section, Table};
///
/// let table = Table::new("Banks on the test windows", [("filters", ""), ("PSNR", "dB")]).row(["8", "34.07"]);
/// assert_eq!(Section::new("Results", "").table(table).tables.len(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// What it is of.
    pub caption: String,
    /// The name of each column and its unit, empty for pure numbers and words.
    pub columns: Vec<(String, String)>,
    /// The cells, row by row.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows, of columns with their units.
    pub fn new<N: Into<String>, U: Into<String>>(
        caption: impl Into<String>,
        columns: impl IntoIterator<Item = (N, U)>,
    ) -> Self {
        let columns = columns.into_iter().map(|(name, unit)| (name.into(), unit.into())).collect();
        Self { caption: caption.into(), columns, rows: Vec::new() }
    }

    /// With one more row.
    ///
    /// # Panics
    /// If it has not as many cells as there are columns.
    #[must_use]
    pub fn row<C: Into<String>>(mut self, cells: impl IntoIterator<Item = C>) -> Self {
        let cells: Vec<String> = cells.into_iter().map(Into::into).collect();
        assert_eq!(cells.len(), self.columns.len(), "Table: cells of a row, columns");
        self.rows.push(cells);
        self
    }

    /// The table in HTML; the first cell of a row is its name.
    pub(super) fn markup(&self) -> Markup {
        html! {
            @if !self.caption.is_empty() { h3 { (self.caption) } }
            div.scroll { table.results {
                thead { tr {
                    @for (index, (name, unit)) in self.columns.iter().enumerate() {
                        th.number[index > 0] scope="col" { (name) @if !unit.is_empty() { " [" (unit) "]" } }
                    }
                } }
                tbody {
                    @for row in &self.rows {
                        tr {
                            @for (index, cell) in row.iter().enumerate() {
                                @if index == 0 { th scope="row" { (cell) } } @else { td.number { (cell) } }
                            }
                        }
                    }
                }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_its_units_and_escapes_its_cells() {
        let table = Table::new("Banks", [("filters", ""), ("PSNR", "dB")]).row(["<8>", "34.07"]).row(["16", "-"]);
        let page = table.markup().into_string();
        for part in ["<h3>Banks</h3>", "PSNR [dB]</th>", "&lt;8&gt;</th>", "<td class=\"number\">34.07</td>", ">-</td>"]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert_eq!((page.matches("<tr>").count(), page.matches("filters</th>").count()), (3, 1));
    }

    #[test]
    #[should_panic(expected = "cells of a row")]
    fn a_row_with_too_few_cells_is_a_mistake() {
        let _ = Table::new("", [("a", ""), ("b", "")]).row(["1"]);
    }
}
