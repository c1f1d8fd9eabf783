//! What a program says in the end.

use crate::failure::Failure;
use latent_report::Figure;
use latent_train::run::{RunError, RunFolder};
use std::io::{self, ErrorKind, Write, stdout};
use std::sync::{Mutex, PoisonError};

/// Why something could not be printed, until the program ends.
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints a text. Whoever read along may have left, as `head` does. What else keeps it from being printed does not stop
/// the work: [`printed`] tells it in the end.
pub fn print(text: &str) {
    let mut out = stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            FAILED.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
        _ => {}
    }
}

/// Whether everything could be printed that was to be.
///
/// # Errors
/// The first reason why something could not.
pub fn printed() -> Result<(), Failure> {
    match FAILED.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(error) => Err(failed(&error)),
        None => Ok(()),
    }
}

/// That something could not be printed.
pub(crate) fn failed(error: &io::Error) -> Failure {
    Failure::new(format!("cannot write to the standard output: {error}"))
}

/// Final figures, a line each: name, value, unit, and what else to know.
pub(crate) fn figures_in_words(figures: &[Figure]) -> String {
    let shown: Vec<(String, String)> = figures
        .iter()
        .map(|Figure { value, unit, note, .. }| {
            let value = value.map_or_else(|| "not finite".to_owned(), significant);
            let note = if note.is_empty() { String::new() } else { format!("  ({note})") };
            (value, format!("{}{unit}{note}", if unit.is_empty() { "" } else { " " }))
        })
        .collect();
    let width = |text: &mut dyn Iterator<Item = &str>| text.map(|text| text.chars().count()).max().unwrap_or(0);
    let name = width(&mut figures.iter().map(|figure| figure.name.as_str()));
    let value = width(&mut shown.iter().map(|(value, _)| value.as_str()));
    let line = |(figure, (number, rest)): (&Figure, &(String, String))| {
        format!("{:name$}  {number:>value$}{rest}\n", figure.name)
    };
    figures.iter().zip(&shown).map(line).collect()
}

/// To five significant digits.
fn significant(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e7).contains(&value.abs()) {
        return format!("{value:.4e}");
    }
    let whole = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    let decimals = usize::try_from(4 - whole).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

/// Leaves the results in words as `summary.txt` of a run, and prints them.
///
/// # Errors
/// If the file cannot be written.
pub fn summarise(folder: &RunFolder, text: &str) -> Result<(), RunError> {
    folder.bytes("summary.txt", text.as_bytes())?;
    print(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_under_each_other() {
        let figures = [
            Figure::new("NLL by importance sampling", 87.123_456, "nats").note("100 draws"),
            Figure::new("active units", 19.0, ""),
            Figure::new("share", 0.000_012_345_6, ""),
            Figure::new("KL, test", f64::NAN, "nats"),
        ];
        let want = "NLL by importance sampling      87.123 nats  (100 draws)\n\
                    active units                        19\n\
                    share                       1.2346e-5\n\
                    KL, test                    not finite nats\n";
        let text = figures_in_words(&figures);
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(squeezed(&text), squeezed(want), "{text}");
        let ends: Vec<usize> = ["87.123", "19", "1.2346e-5", "not finite"]
            .iter()
            .zip(text.lines())
            .map(|(number, line)| line.find(number).unwrap() + number.len())
            .collect();
        assert!(ends.iter().all(|end| *end == ends[0]), "{text}");
    }

    #[test]
    fn numbers_have_five_digits() {
        let shown = [0.0, 87.5, -0.123_456, 123_456.7, 1e9, 99.999_99].map(significant);
        assert_eq!(shown, ["0", "87.5", "-0.12346", "123457", "1.0000e9", "100"]);
    }
}
