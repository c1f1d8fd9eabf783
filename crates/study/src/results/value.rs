//! A named value.

use super::Entry;
use latent_report::{self as report, Figure};
use std::time::Duration;

/// A named value with its unit.
///
/// ```
/// use latent_study::results::Value;
///
/// let objective = Value::new("objective, test", 12.3, "").key("codes.objective").note("squared error 8.1 + l1 4.2");
/// # let _ = objective;
/// ```
#[derive(Clone, Debug)]
pub struct Value {
    pub(super) key: Option<String>,
    pub(super) name: String,
    pub(super) entry: Entry,
    pub(super) unit: String,
    pub(super) note: String,
    role: Role,
}

/// What a value is in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// What runs are compared and ranked by.
    Figure,
    /// A phase, with the time that it took.
    Phase,
    /// Nothing.
    Aside,
}

impl Value {
    /// A final figure: what runs are compared by, by its name, and what a sweep can rank by. The unit is empty for a pure
    /// number, [`SHARE`](latent_report::SHARE) for what is shown in percent.
    pub fn new(name: impl Into<String>, value: impl Into<Entry>, unit: impl Into<String>) -> Self {
        Self {
            key: None,
            name: name.into(),
            entry: value.into(),
            unit: unit.into(),
            note: String::new(),
            role: Role::Figure,
        }
    }

    /// How long something took. It is no figure, as it is another one in every run.
    pub fn time(name: impl Into<String>, time: Duration) -> Self {
        Self::new(name, time, "s").aside()
    }

    /// How long something took that came after training, such as coding the test images: a phase of the report.
    pub fn phase(name: impl Into<String>, time: Duration) -> Self {
        Self { role: Role::Phase, ..Self::new(name, time, "s") }
    }

    /// With its key in JSON; dots make objects within objects. Values without one are not in it.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// With a few words on what it is.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Not as a figure of the report: for text and JSON alone.
    #[must_use]
    pub fn aside(mut self) -> Self {
        self.role = Role::Aside;
        self
    }

    /// The report with it.
    pub(super) fn report(&self, study: report::Study) -> report::Study {
        match (self.role, &self.entry, self.entry.number()) {
            (Role::Phase, Entry::Time(time), _) => study.phase(&self.name, *time),
            (Role::Figure, _, Some(number)) => {
                study.figure(Figure::new(&self.name, number, &self.unit).note(&self.note))
            }
            _ => study,
        }
    }
}

impl From<&Figure> for Value {
    fn from(figure: &Figure) -> Self {
        Self::new(&figure.name, figure.value, &figure.unit).note(&figure.note)
    }
}
