//! Curves as a table, for other programs.

use super::error::ReportError;
use super::metrics::Line;
use latent_numeric::files::WholeFile;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

/// The name of the table in a run folder.
pub const CURVES: &str = "curves.csv";

/// A name by which TensorBoard knows the curve too, and a value; none where it was not finite.
type Value = (String, Option<f64>);

/// Writes all points of `metrics.jsonl` as a table: a row for each step, a column for each curve, named as in
/// TensorBoard (`train/objective`, `validation/objective` or `test/objective`, with several players `train/critic/objective`). Where a curve
/// has no point its cell is empty, and `nan` where the value was not finite. Times are not in it: the same run has the
/// same table.
///
/// Answers whether there were any points. None of the columns is kept in memory.
///
/// # Errors
/// If the file cannot be read, or the table not written.
pub fn write(folder: &Path, several: bool) -> Result<bool, ReportError> {
    let metrics = folder.join("metrics.jsonl");
    let lines = || -> Result<_, ReportError> {
        let file = File::open(&metrics).map_err(ReportError::read(&metrics))?;
        Ok(BufReader::new(file).split(b'\n').map_while(Result::ok).filter_map(move |line| row(&line, several)))
    };
    let mut columns: Vec<String> = Vec::new();
    for (_, values) in lines()? {
        for (name, _) in values {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
    }
    if columns.is_empty() {
        return Ok(false);
    }
    let path = folder.join(CURVES);
    let written = (|| -> io::Result<()> {
        let mut file = WholeFile::create(&path)?;
        let mut table = csv::Writer::from_writer(&mut file);
        table.write_record(["step"].into_iter().chain(columns.iter().map(String::as_str)))?;
        let mut now: Option<(u64, Vec<String>)> = None;
        for (step, values) in lines().map_err(io::Error::other)? {
            let cells = match &mut now {
                Some((of, cells)) if *of == step => cells,
                other => {
                    let before = other.replace((step, vec![String::new(); columns.len()]));
                    before.map_or(Ok(()), |row| put(&mut table, row))?;
                    &mut other.as_mut().expect("it was just put there").1
                }
            };
            for (name, value) in values {
                if let Some(at) = columns.iter().position(|column| *column == name) {
                    cells[at] = value.map_or_else(|| "nan".to_owned(), |value| value.to_string());
                }
            }
        }
        now.map_or(Ok(()), |row| put(&mut table, row))?;
        table.flush()?;
        drop(table);
        file.finish()
    })();
    written.map_err(ReportError::write(&path))?;
    Ok(true)
}

fn put(table: &mut csv::Writer<&mut WholeFile>, (step, cells): (u64, Vec<String>)) -> io::Result<()> {
    Ok(table.write_record([step.to_string()].into_iter().chain(cells))?)
}

/// Step and values of a line of a step or a validation.
fn row(line: &[u8], several: bool) -> Option<(u64, Vec<Value>)> {
    let line: Line = serde_json::from_slice(line).ok()?;
    let step = line.step?;
    let prefix = match line.kind.as_str() {
        "step" if several => format!("train/{}", line.player),
        "step" => "train".to_owned(),
        "validation" => line.on.to_string(),
        _ => return None,
    };
    let mut values: Vec<Value> =
        line.values.iter().map(|(term, value)| (format!("{prefix}/{term}"), value.as_f64())).collect();
    values.extend(line.learning_rate.map(|rate| (format!("{prefix}/learning_rate"), Some(rate))));
    values.extend(line.gradient_norm.map(|norm| (format!("{prefix}/gradient_norm"), Some(norm))));
    Some((step, values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn table(lines: &str, several: bool) -> String {
        let here = tempfile::tempdir().unwrap();
        fs::write(here.path().join("metrics.jsonl"), lines).unwrap();
        assert!(write(here.path(), several).unwrap());
        fs::read_to_string(here.path().join(CURVES)).unwrap()
    }

    const LINES: &str = concat!(
        r#"{"kind":"step","step":1,"player":"a","values":{"objective":3.5,"kl":1.0},"learning_rate":0.1,"gradient_norm":2.0,"seconds":0.5}"#,
        "\nbroken\n",
        r#"{"kind":"step","step":2,"player":"b","values":{"objective":null},"seconds":1.0}"#,
        "\n",
        r#"{"kind":"validation","step":2,"values":{"objective":3.25},"seconds":1.5}"#,
        "\n",
        r#"{"kind":"health","step":2,"monitor":"dead"}"#,
        "\n",
    );

    #[test]
    fn a_row_is_a_step_and_a_column_a_curve() {
        assert_eq!(
            table(LINES, false),
            "step,train/objective,train/kl,train/learning_rate,train/gradient_norm,validation/objective\n\
             1,3.5,1,0.1,2,\n\
             2,nan,,,,3.25\n"
        );
        assert!(table(LINES, true).starts_with("step,train/a/objective,"));
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        let here = tempfile::tempdir().unwrap();
        fs::write(here.path().join("metrics.jsonl"), "").unwrap();
        assert!(!write(here.path(), false).unwrap() && !here.path().join(CURVES).exists());
        assert!(write(&here.path().join("nowhere"), false).is_err());
    }
}
