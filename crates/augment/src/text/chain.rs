//! Text operators one after the other.

use super::Operator;
use crate::error::AugmentError;
use crate::steps::{check_all, read_document, read_list, write_document, write_list};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Operators that are applied one after the other, each with its probability.
///
/// In a configuration it is a list of tables as that of [images](crate::image::Chain), with the same composites: `compose`
/// and `one_of`. `preserve_sentiment` has `steps` too.
///
/// ```
/// use latent_augment::text::Chain;
///
/// let chain = Chain::from_toml(
///     r#"
///     [[augment]]
///     op = "preserve_sentiment"
///     steps = [{ op = "synonym_replacement", alpha = 0.1 }, { op = "random_deletion", rate = 0.1 }]
///
///     [[augment]]
///     op = "random_swap"
///     p = 0.5
///     "#,
/// )?;
/// assert_eq!(Chain::from_toml(&chain.to_toml())?, chain);
/// # Ok::<(), latent_augment::AugmentError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    steps: Vec<Step>,
}

/// A step of a chain of text operators.
pub type Step = crate::Step<Operator>;

impl Chain {
    /// A chain of these steps.
    ///
    /// # Errors
    /// If a parameter is out of its domain; the error names the operator and its place.
    pub fn new(steps: Vec<Step>) -> Result<Self, AugmentError> {
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
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl<'de> Deserialize<'de> for Chain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = toml::Value::deserialize(deserializer)?;
        Self::from_value(list).map_err(de::Error::custom)
    }
}

impl Serialize for Chain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(write_list(&self.steps))
    }
}
