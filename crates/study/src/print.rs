//! What a program says in the end.

use latent_train::run::{RunError, RunFolder};
use std::io::Write;

/// Prints a text. Whoever read along may have left, as `head` does.
pub fn print(text: &str) {
    let _ = write!(std::io::stdout(), "{text}");
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
