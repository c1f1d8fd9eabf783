//! Results for people: `summary.txt`.

use super::{Column, Columns, Part, Results, Value};
use latent_report::shown;
use std::fmt;

/// Significant digits of a value.
const DIGITS: i32 = 5;
/// What stands under a heading or a title is so much further in.
const STEP: &str = "  ";
/// Characters of a line of a column's head, unless a word is longer.
const HEAD: usize = 12;

pub(super) fn write(f: &mut fmt::Formatter<'_>, results: &Results) -> fmt::Result {
    for warning in &results.warnings {
        writeln!(f, "warning: {warning}")?;
    }
    let mut begun = !results.headline.is_empty();
    if begun {
        writeln!(f, "{}", results.headline)?;
    }
    let (mut indent, mut after_heading, mut rest) = ("", false, &results.parts[..]);
    while let Some(part) = rest.first() {
        let values: Vec<&Value> = rest.iter().map_while(Part::as_value).collect();
        rest = &rest[values.len().max(1)..];
        if matches!(part, Part::Table(table) if table.rows() == 0) {
            continue;
        }
        // What is under a heading stands right under it.
        f.write_str(if begun && !after_heading { "\n" } else { "" })?;
        (begun, after_heading) = (true, false);
        match part {
            Part::Heading(heading) => {
                writeln!(f, "{heading}")?;
                (indent, after_heading) = (STEP, true);
            }
            Part::Table(table) => write_table(f, table, indent)?,
            Part::Value(_) => write_values(f, &values, indent)?,
        }
    }
    Ok(())
}

impl Part {
    fn as_value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::Heading(_) | Self::Table(_) => None,
        }
    }
}

/// A line each: name, value, unit, and what else to know. Names and values stand under each other.
fn write_values(f: &mut fmt::Formatter<'_>, values: &[&Value], indent: &str) -> fmt::Result {
    let written: Vec<(String, &str)> = values.iter().map(|value| value.entry.written(&value.unit, DIGITS)).collect();
    let name = widest(values.iter().map(|value| value.name.as_str()));
    let number = widest(written.iter().map(|(number, _)| number.as_str()));
    for (value, (text, unit)) in values.iter().zip(&written) {
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        let note = if value.note.is_empty() { String::new() } else { format!("  ({})", value.note) };
        writeln!(f, "{indent}{:name$}  {text:>number$}{unit}{note}", value.name)?;
    }
    Ok(())
}

/// The title, the heads of the columns with their units below, and the rows. Words begin under each other, decimal points
/// stand under each other.
fn write_table(f: &mut fmt::Formatter<'_>, table: &Columns, indent: &str) -> fmt::Result {
    let mut inner = indent.to_owned();
    if !table.title.is_empty() {
        writeln!(f, "{indent}{}", table.title)?;
        inner += STEP;
    }
    let columns: Vec<Vec<String>> = table.all.iter().map(column).collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    for line in 0..height {
        // Heads of fewer lines stand right above their column.
        let cell = |column: &Vec<String>| {
            let above = height - column.len();
            line.checked_sub(above).map_or_else(|| " ".repeat(chars(&column[0])), |line| column[line].clone())
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        writeln!(f, "{}", format!("{inner}{}", cells.join(STEP)).trim_end())?;
    }
    Ok(())
}

/// The lines of a column, all of the same width: those of its head, then its cells.
fn column(column: &Column) -> Vec<String> {
    let (_, unit) = shown(&column.unit);
    let mut lines = wrapped(&column.name);
    if !unit.is_empty() {
        lines.push(format!("({unit})"));
    }
    let cells: Vec<String> = (0..column.cells.len()).map(|row| column.written(row)).collect();
    let words = column.is_of_words();
    lines.extend(if words { cells } else { aligned(&cells) });
    let width = widest(lines.iter().map(String::as_str));
    let line = |line: String| if words { format!("{line:<width$}") } else { format!("{line:>width$}") };
    lines.into_iter().map(line).collect()
}

/// Numbers with their decimal points under each other; those without one end where the others have it, and what is missing
/// where the numbers end.
fn aligned(cells: &[String]) -> Vec<String> {
    let after = |cell: &str| cell.find('.').map_or(0, |point| chars(&cell[point..]));
    let is_number = |cell: &str| cell.starts_with(|c: char| c.is_ascii_digit() || c == '−');
    let most = cells.iter().filter(|cell| is_number(cell)).map(|cell| after(cell)).max().unwrap_or(0);
    let pad = |cell: &String| if is_number(cell) { most - after(cell) } else { 0 };
    cells.iter().map(|cell| format!("{cell}{}", " ".repeat(pad(cell)))).collect()
}

/// A name in lines.
fn wrapped(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_whitespace() {
        match lines.last_mut() {
            Some(line) if chars(line) + 1 + chars(word) <= HEAD => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

fn widest<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    texts.map(chars).max().unwrap_or(0)
}
