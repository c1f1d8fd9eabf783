//! Steps one after the other, and their configuration.

use super::{Configured, Registry, Step, check_all, read_document, read_list, write_document, write_list};
use crate::error::{AugmentError, Fault};
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
    /// If parameters are out of their domains: all of them, each with its operator and its place.
    pub fn new(steps: Vec<Step<O>>) -> Result<Self, AugmentError> {
        let mut errors = Vec::new();
        check_all(&steps, &mut Vec::new(), &mut errors);
        AugmentError::all(errors)?;
        Ok(Self { steps })
    }

    /// A chain from a TOML document with one list of tables, `[[augment]]`.
    ///
    /// # Errors
    /// If the text is not TOML or has anything else in it, operators are unknown, or parameters are missing, unknown or
    /// out of their domains: all of them, each with its operator and its place.
    pub fn from_toml(text: &str) -> Result<Self, AugmentError> {
        Self::from_toml_with(text, &Registry::default())
    }

    /// [`from_toml`](Self::from_toml) with operators of your own.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_toml_with(text: &str, registry: &Registry<O>) -> Result<Self, AugmentError> {
        Ok(Self { steps: read_document(text, registry)? })
    }

    /// A chain from a list of tables.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_value(list: toml::Value) -> Result<Self, AugmentError> {
        Self::from_value_with(list, &Registry::default())
    }

    /// [`from_value`](Self::from_value) with operators of your own: for a chain within a larger configuration, which has
    /// the list as a [`toml::Value`].
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_value_with(list: toml::Value, registry: &Registry<O>) -> Result<Self, AugmentError> {
        Ok(Self { steps: read_list(list, registry)? })
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
        // Who reads a configuration says the key.
        Self::from_value(list).map_err(|error| match &*error.fault {
            several @ Fault::Several { .. } => de::Error::custom(several),
            _ => de::Error::custom(error),
        })
    }
}

impl<O: Configured> Serialize for Chain<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(write_list(&self.steps))
    }
}
