//! Lines for whoever is watching.

use std::fmt::Display;
use std::io::{Write, stderr};

/// Prints a line on the standard error. A terminal that was closed, or a reader that left, is no reason to lose a
/// run: nothing happens then, where `eprintln!` panics.
pub fn tell(line: impl Display) {
    let _ = writeln!(stderr(), "{line}");
}
