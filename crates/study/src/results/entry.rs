//! A number or a word among results.

use latent_numeric::format::{grouped, seconds, significant};
use latent_report::shown;
use serde_json::Value as Json;
use std::time::Duration;

/// How what is missing is written.
const MISSING: &str = "-";

/// A number, a time or a word, or that it is missing. A number that is not finite counts as missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A real number.
    Number(f64),
    /// A count.
    Count(u64),
    /// How long something took; seconds in JSON.
    Time(Duration),
    /// A word.
    Word(String),
    /// Nothing is known.
    Missing,
}

impl Entry {
    /// In a unit, to so many significant digits, with the unit as it is shown; a share in percent. What is missing has none.
    pub(super) fn written<'u>(&self, unit: &'u str, digits: i32) -> (String, &'u str) {
        let (factor, unit) = shown(unit);
        match self {
            Self::Number(number) if number.is_finite() => (significant(factor * number, digits), unit),
            // A count keeps all its digits.
            Self::Count(count) if factor == 1.0 => (grouped(&count.to_string()), unit),
            Self::Count(count) => (significant(factor * *count as f64, digits), unit),
            Self::Time(time) => (seconds(*time), ""),
            Self::Word(word) => (word.clone(), unit),
            Self::Number(_) | Self::Missing => (MISSING.to_owned(), ""),
        }
    }

    /// As programs read it.
    pub(super) fn json(&self) -> Json {
        match self {
            Self::Number(number) => (*number).into(),
            Self::Count(count) => (*count).into(),
            Self::Time(time) => time.as_secs_f64().into(),
            Self::Word(word) => word.clone().into(),
            Self::Missing => Json::Null,
        }
    }

    /// As a number of a figure, NaN if it is missing; none of a word.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Count(count) => Some(*count as f64),
            Self::Time(time) => Some(time.as_secs_f64()),
            Self::Missing => Some(f64::NAN),
            Self::Word(_) => None,
        }
    }

    /// Whether it stands on the right of its column.
    pub(super) fn is_word(&self) -> bool {
        matches!(self, Self::Word(_))
    }
}

impl From<f64> for Entry {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Entry {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Entry {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<Duration> for Entry {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}

impl From<&str> for Entry {
    fn from(word: &str) -> Self {
        Self::Word(word.to_owned())
    }
}

impl From<String> for Entry {
    fn from(word: String) -> Self {
        Self::Word(word)
    }
}

impl<T: Into<Entry>> From<Option<T>> for Entry {
    fn from(of: Option<T>) -> Self {
        of.map_or(Self::Missing, Into::into)
    }
}
