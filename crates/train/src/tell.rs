//! Lines for whoever is watching.

use std::fmt::Display;
use std::io::{Write, stderr};
use std::sync::atomic::{AtomicBool, Ordering};

static SILENT: AtomicBool = AtomicBool::new(false);

/// Prints a line on the standard error. A terminal that was closed, or a reader that left, is no reason to lose a run:
/// nothing happens then, where `eprintln!` panics.
pub fn tell(line: impl Display) {
    if !SILENT.load(Ordering::Relaxed) {
        let _ = writeln!(stderr(), "{line}");
    }
}

/// Whether this process is the one, of several that would say the same, whose lines are printed.
pub(crate) fn only_if(first: bool) {
    SILENT.store(!first, Ordering::Relaxed);
}
