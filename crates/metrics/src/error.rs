//! What can be wrong with data and settings.

use latent_numeric::linalg::LinalgError;

/// Why a figure could not be computed: which figure, what was wrong, and what it needs.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// There are fewer samples, features, codes or factors than a figure needs.
    #[error("{metric}: {found} {what}, but {needed} or more are needed")]
    TooFew {
        /// The figure.
        metric: &'static str,
        /// What there are too few of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: usize,
    },

    /// Two things that belong together differ in length.
    #[error("{metric}: {what} number {found}, where {expected} are expected")]
    Length {
        /// The figure.
        metric: &'static str,
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many should be there.
        expected: usize,
    },

    /// An element is NaN or infinite.
    #[error("{metric}: {what} must be finite, but element {index}, in row-major order, is {value}")]
    NotFinite {
        /// The figure.
        metric: &'static str,
        /// Which of its arguments.
        what: &'static str,
        /// The first such element.
        index: usize,
        /// The element.
        value: f64,
    },

    /// More neighbours are asked for than there are other samples.
    #[error("{metric}: {k} neighbours of each of {samples} {what}, which have 1 to {most} of them")]
    Neighbours {
        /// The figure.
        metric: &'static str,
        /// What has neighbours.
        what: &'static str,
        /// How many neighbours are asked for.
        k: usize,
        /// How many samples there are.
        samples: usize,
        /// The most neighbours that one can have.
        most: usize,
    },

    /// Everything that a figure compares is constant.
    #[error("{metric}: none of the {what} varies, but at least one must take two values")]
    NothingVaries {
        /// The figure.
        metric: &'static str,
        /// What does not vary.
        what: &'static str,
    },

    /// A class is too large.
    #[error("{metric}: class {label} at position {index}, but there are {classes} classes, from 0")]
    Class {
        /// The figure.
        metric: &'static str,
        /// The position among the labels.
        index: usize,
        /// The class found.
        label: usize,
        /// The number of classes.
        classes: usize,
    },

    /// An element lies outside its domain.
    #[error("{metric}: {what} must be {expected}, but element {index}, in row-major order, is {value}")]
    Domain {
        /// The figure.
        metric: &'static str,
        /// Which of its arguments.
        what: &'static str,
        /// The first such element.
        index: usize,
        /// The element.
        value: f64,
        /// What is allowed.
        expected: &'static str,
    },

    /// A setting is outside its domain.
    #[error("{metric}: {name} is {value}, which is not {expected}")]
    Setting {
        /// The figure.
        metric: &'static str,
        /// The name of the setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Which values are allowed.
        expected: &'static str,
    },

    /// A decomposition failed.
    #[error(transparent)]
    Linalg(#[from] LinalgError),
}
