//! Steps one after the other, and their configuration.

use super::{Configured, Step, check_all, read_document, read_list, write_document, write_list};
use crate::error::AugmentError;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Operators that are applied one after the other, each with its probability: of [images](crate::image::Chain) or of
/// [texts](crate::text::Chain).
#[derive(Clone, Debug, PartialEq)]
pub struct Chain<O> {
    pub(crate) steps: Vec<Step<O>>,
}

impl<O> Default for Chain<O> {
    /// A chain without steps.
    fn default() -> Self {
        Self { steps: Vec::new() }
    }
}

impl<O: Configured> Chain<O> {
    /// A chain of these steps.
    ///
    /// # Errors
    /// If a parameter is out of its domain; the error names the operator and its place.
    pub fn new(steps: Vec<Step<O>>) -> Result<Self, AugmentError> {
        check_all(&steps, &mut Vec::new())?;
        Ok(Self { steps })
    }

    /// A chain from a TOML document with one list of tables, `[[augment]]`.
    ///
    /// # Errors
    /// If the text is not TOML or has anything else in it, an operator is unknown, or a parameter is missing, unknown or
    /// out of its domain.
    pub fn from_toml(text: &str) -> Result<Self, AugmentError> {
        Self::new(read_document(text)?)
    }

    /// A chain from a list of tables.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_value(list: toml::Value) -> Result<Self, AugmentError> {
        Self::new(read_list(list)?)
    }

    /// The chain as a TOML document that [`from_toml`](Self::from_toml) reads.
    pub fn to_toml(&self) -> String {
        write_document(&self.steps)
    }

    /// The steps.
    pub fn steps(&self) -> &[Step<O>] {
        &self.steps
    }
}

impl<'de, O: Configured> Deserialize<'de> for Chain<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = toml::Value::deserialize(deserializer)?;
        Self::from_value(list).map_err(de::Error::custom)
    }
}

impl<O: Configured> Serialize for Chain<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(write_list(&self.steps))
    }
}
