//! Ctrl-C as a flag that loops look at.

use crate::tell::tell;
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that asks a program to stop, raised by the first Ctrl-C or termination signal; the second ends the program at
/// once.
///
/// A loop that finds it [`raised`](Self::raised) stops and keeps what it has. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

/// The error of work that was ended early because somebody asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// The error of a system that does not let the program handle Ctrl-C.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen for Ctrl-C: {0}")]
pub struct InterruptError(#[from] ctrlc::Error);

impl Interrupt {
    /// Makes a flag that Ctrl-C raises from now on; to be called once in a program.
    ///
    /// # Errors
    /// If the program has a handler already or the system refuses one.
    pub fn on_ctrl_c() -> Result<Self, InterruptError> {
        let flag = Self::default();
        let handler = flag.clone();
        ctrlc::set_handler(move || {
            if handler.0.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
            let erase = if std::io::stderr().is_terminal() { "\r\x1b[K" } else { "" };
            tell(format_args!("{erase}stopping after this step, results so far are kept; once more to stop at once"));
        })?;
        Ok(flag)
    }

    /// Whether the program was asked to stop.
    pub fn raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// An error if the program was asked to stop, for loops of work that can be done again.
    ///
    /// # Errors
    /// If the program was asked to stop.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.raised() { Err(Interrupted) } else { Ok(()) }
    }

    /// Raises the flag, as Ctrl-C does.
    pub fn raise(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_flag() {
        let flag = Interrupt::default();
        let clone = flag.clone();
        assert!(!clone.raised() && clone.check().is_ok());
        flag.raise();
        assert!(clone.raised() && clone.check() == Err(Interrupted));
    }
}
