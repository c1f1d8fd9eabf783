//! A method of a sweep.

use serde::{Deserialize, Serialize};
use toml::Table;

/// Several values under one name.
///
/// ```toml
/// [[methods]]
/// name = "dropout and L2"
/// set = { model.dropout = 0.1, objective.l2 = 1e-4 }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Method {
    /// What it is called.
    pub name: String,
    /// Values of the configuration, in the place of those of [`Sweep::set`](super::Sweep::set).
    pub set: Table,
}
