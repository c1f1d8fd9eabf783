//! Values given on the command line.

use super::Problem;
use std::str::FromStr;
use toml::{Table, Value};

/// A value of the configuration given on the command line as `key=value`: `optimizer.learning_rate=3e-4`.
///
/// The value is read as TOML; what is no TOML value is a string.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    key: Vec<String>,
    value: Value,
}

/// The error of a text that is not of the form `key=value`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected key=value, as in optimizer.learning_rate=3e-4")]
pub struct OverrideError;

impl FromStr for Override {
    type Err = OverrideError;

    fn from_str(text: &str) -> Result<Self, OverrideError> {
        let (key, value) = text.split_once('=').ok_or(OverrideError)?;
        let key: Vec<String> = key.split('.').map(|part| part.trim().to_owned()).collect();
        let is_word = |part: &String| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
        if !key.iter().all(is_word) {
            return Err(OverrideError);
        }
        let value = value.trim();
        let parsed = format!("value = {value}").parse::<Table>().ok().and_then(|mut table| table.remove("value"));
        Ok(Self { key, value: parsed.unwrap_or_else(|| Value::String(value.to_owned())) })
    }
}

impl Override {
    /// The key, with dots between tables.
    ///
    /// ```
    /// use latent_train::config::Override;
    ///
    /// let value: Override = "optimizer.learning_rate = 3e-4".parse()?;
    /// assert_eq!((value.key(), value.value().as_float()), ("optimizer.learning_rate".to_owned(), Some(3e-4)));
    /// # Ok::<(), latent_train::config::OverrideError>(())
    /// ```
    pub fn key(&self) -> String {
        self.key.join(".")
    }

    /// The value, as TOML.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Puts the value in its place.
    pub(super) fn apply(&self, table: &mut Table) -> Result<(), Problem> {
        let (last, tables) = self.key.split_last().expect("a key has at least one part");
        let mut here = table;
        for (i, name) in tables.iter().enumerate() {
            let inner = here.entry(name.clone()).or_insert_with(|| Value::Table(Table::new()));
            let Value::Table(inner) = inner else {
                let (key, kind) = (self.key[..=i].join("."), inner.type_str());
                return Err(Problem { message: format!("is of type {kind}, it has no {last}"), key });
            };
            here = inner;
        }
        here.insert(last.clone(), self.value.clone());
        Ok(())
    }
}
