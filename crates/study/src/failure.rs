//! How a program ends when something went wrong: `error: ...`, then `help: ...`, exit code 1.

use crate::print::printed;
use latent_train::interrupt::Interrupted;
use latent_train::run::RunError;
use latent_train::tell::tell;
use std::error::Error;
use std::fmt;
use std::io;
use std::process::ExitCode;

/// Any error with what the user can do about it.
///
/// `?` makes one of every error, and finds the help of those that carry it; [`OrHelp::or_help`] adds it to others.
pub struct Failure {
    error: Box<dyn Error + Send + Sync>,
    help: Vec<String>,
}

impl Failure {
    /// A failure that is nothing but a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { error: message.into().into(), help: Vec::new() }
    }

    /// Of an error of any type.
    pub fn of(error: Box<dyn Error + Send + Sync>) -> Self {
        Self { error, help: Vec::new() }
    }

    /// That something could not be printed.
    pub fn of_printing(error: &io::Error) -> Self {
        Self::new(format!("cannot write to the standard output: {error}"))
    }

    /// Whether nothing is wrong but that somebody asked for the end.
    pub fn is_interruption(&self) -> bool {
        self.error.is::<Interrupted>()
    }

    /// The error, with its help in its message if there is any.
    pub fn into_error(self) -> Box<dyn Error + Send + Sync> {
        if self.help.is_empty() { self.error } else { self.to_string().into() }
    }

    /// Adds a `help:` line.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        let error: Box<dyn Error + Send + Sync> = Box::new(error);
        let help = error.downcast_ref::<RunError>().and_then(RunError::help).into_iter().collect();
        Self { error, help }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = self.error.to_string();
        write!(f, "error: {told}")?;
        let mut source = self.error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // Many errors already say their cause.
            if !told.contains(&text) {
                write!(f, "\n  because: {text}")?;
                told.push_str(&text);
            }
            source = cause.source();
        }
        self.help.iter().try_for_each(|help| write!(f, "\nhelp: {help}"))
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Adds help on the way out.
pub trait OrHelp<T> {
    /// The value, or the error with a `help:` line.
    ///
    /// # Errors
    /// Those of the receiver.
    fn or_help(self, help: impl Into<String>) -> Result<T, Failure>;
}

impl<T, E: Into<Failure>> OrHelp<T> for Result<T, E> {
    fn or_help(self, help: impl Into<String>) -> Result<T, Failure> {
        self.map_err(|error| error.into().help(help))
    }
}

/// The exit code of a program: 0, or 1 after the failure was printed to the standard error. That something could not be
/// [printed](crate::print::print) is a failure too.
///
/// ```no_run
/// use latent_study::failure::{Failure, exit};
///
/// fn run() -> Result<(), Failure> {
///     Err(Failure::new("there are no atoms").help("ask for at least one with --atoms"))
/// }
///
/// fn main() -> std::process::ExitCode {
///     exit(run())
/// }
/// ```
pub fn exit(result: Result<(), Failure>) -> ExitCode {
    match result.and_then(|()| printed().map_err(|error| Failure::of_printing(&error))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(failure);
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read labels")]
    struct Outer(#[source] io::Error);

    #[test]
    fn says_error_cause_and_help() {
        let cause = io::Error::other("disk on fire");
        let result: Result<(), _> = Err(Outer(cause)).or_help("buy another");
        assert_eq!(
            result.unwrap_err().to_string(),
            "error: cannot read labels\n  because: disk on fire\nhelp: buy another"
        );
    }

    #[test]
    fn does_not_repeat_a_cause_and_finds_the_help() {
        let error =
            RunError::Io { action: "write", path: "a/b".into(), source: io::Error::from(io::ErrorKind::StorageFull) };
        let text = Failure::from(error).to_string();
        assert_eq!(text.matches("no storage space").count(), 1, "{text}");
        assert!(text.contains("\nhelp: free some space"), "{text}");
    }
}
