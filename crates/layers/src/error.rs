//! What is wrong with a model.

use thiserror::Error;

/// Dimensions that do not fit, or settings that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LayerError {
    /// A tensor of another shape than a layer takes.
    #[error("{}{layer}: expected {expected}, got the shape {given:?}", at(path))]
    Shape {
        /// The names from the outermost module to the layer, `encoder.0`; empty for a layer used alone.
        path: String,
        /// What kind of layer it is.
        layer: &'static str,
        /// What it takes.
        expected: String,
        /// What it was given.
        given: Vec<usize>,
    },
    /// An index beyond the rows of a table.
    #[error("{}{layer}: expected indices below {rows}, got {given}", at(path))]
    Index {
        /// The names from the outermost module to the layer; empty for a layer used alone.
        path: String,
        /// What kind of layer it is.
        layer: &'static str,
        /// The length of the table.
        rows: usize,
        /// The index.
        given: usize,
    },
    /// Settings with which a layer cannot be built.
    #[error("{layer}: {reason}")]
    Settings {
        /// What kind of layer it is.
        layer: &'static str,
        /// What is wrong with them, and what is allowed.
        reason: String,
    },
}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("{path}: ") }
}

impl LayerError {
    /// A tensor of another shape than the layer at this path takes.
    ///
    /// ```
    /// # use latent_layers::LayerError;
    /// let error = LayerError::shape("encoder.0", "linear", "(..., 3)", &[5, 4]);
    /// assert_eq!(error.to_string(), "encoder.0: linear: expected (..., 3), got the shape [5, 4]");
    /// ```
    pub fn shape(path: &str, layer: &'static str, expected: impl Into<String>, given: &[usize]) -> Self {
        Self::Shape { path: path.into(), layer, expected: expected.into(), given: given.to_vec() }
    }

    /// Settings with which a layer cannot be built.
    ///
    /// ```
    /// # use latent_layers::LayerError;
    /// let error = LayerError::settings("maxout", "the pieces must be at least 2, got 1");
    /// assert_eq!(error.to_string(), "maxout: the pieces must be at least 2, got 1");
    /// ```
    pub fn settings(layer: &'static str, reason: impl Into<String>) -> Self {
        Self::Settings { layer, reason: reason.into() }
    }
}
