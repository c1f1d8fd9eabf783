//! Why an operator could not be made.

/// A parameter of a proximal operator lies outside its domain.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProxError {
    /// A penalty or a radius is negative, infinite or not a number.
    #[error("{name} must be finite and at least 0, got {value}")]
    Negative {
        /// Which parameter.
        name: &'static str,
        /// What was given.
        value: f64,
    },
    /// A weight is negative, infinite or not a number.
    #[error("weight {index} must be finite and at least 0, got {value}")]
    Weight {
        /// Position of the weight.
        index: usize,
        /// What was given.
        value: f64,
    },
    /// A pair of bounds holds no number.
    #[error("bounds {index} hold no finite number: low {low}, high {high}")]
    Bounds {
        /// Position of the bounds.
        index: usize,
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// Two lists that belong together have different lengths.
    #[error("{name} must have {expected} entries, got {got}")]
    Length {
        /// Which list.
        name: &'static str,
        /// Length that it should have.
        expected: usize,
        /// Length that it has.
        got: usize,
    },
    /// A group names a coordinate that does not exist.
    #[error("group {group} holds index {index}, outside a vector of length {len}")]
    GroupRange {
        /// Number of the group.
        group: usize,
        /// The index in it.
        index: usize,
        /// Length of the vector.
        len: usize,
    },
    /// A coordinate belongs to a group twice, or to two groups.
    #[error("index {index} is in group {first} and again in group {second}: groups must be disjoint")]
    GroupOverlap {
        /// The coordinate.
        index: usize,
        /// The group that holds it.
        first: usize,
        /// The group that holds it again.
        second: usize,
    },
    /// A group holds no coordinate.
    #[error("group {group} is empty")]
    GroupEmpty {
        /// Number of the group.
        group: usize,
    },
    /// A matrix shape has no entries, or more than memory can index.
    #[error("a matrix of shape ({rows}, {cols}) has no usable number of entries")]
    Shape {
        /// Rows.
        rows: usize,
        /// Columns.
        cols: usize,
    },
}
