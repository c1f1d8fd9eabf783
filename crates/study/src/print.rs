//! Text on the standard output.

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
pub fn printed() -> io::Result<()> {
    FAILED.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
}
