use crate::Scalar;
use ndarray::ArrayView2;

/// Why a decomposition could not be computed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LinalgError {
    /// A square matrix was needed.
    #[error("{operation} needs a square matrix, not {rows} by {cols}")]
    NotSquare {
        /// What was to be computed.
        operation: &'static str,
        /// The number of rows.
        rows: usize,
        /// The number of columns.
        cols: usize,
    },

    /// An element is NaN or infinite.
    #[error("{operation} needs finite elements, but the one at ({row}, {col}) is {value}")]
    NotFinite {
        /// What was to be computed.
        operation: &'static str,
        /// The row of the first such element.
        row: usize,
        /// Its column.
        col: usize,
        /// The element.
        value: f64,
    },

    /// The matrix is not positive definite to working precision.
    #[error(
        "the {size} by {size} matrix is not positive definite: pivot {pivot} of its Cholesky factor is not positive"
    )]
    NotPositiveDefinite {
        /// The index of the first pivot that is not positive, from zero: the leading block of this
        /// many rows and columns is positive definite, the next one is not.
        pivot: usize,
        /// The number of rows and columns.
        size: usize,
    },

    /// The iteration inside a decomposition did not converge.
    #[error("{operation} of a {rows} by {cols} matrix did not converge")]
    NoConvergence {
        /// What was to be computed.
        operation: &'static str,
        /// The number of rows.
        rows: usize,
        /// The number of columns.
        cols: usize,
    },

    /// A setting is outside its domain.
    #[error("{name} is {value}, which is not {expected}")]
    Setting {
        /// The name of the setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Which values are allowed.
        expected: &'static str,
    },
}

/// The first element that is not finite, as an error.
pub(super) fn check_finite<E: Scalar>(operation: &'static str, a: ArrayView2<E>) -> Result<(), LinalgError> {
    match a.indexed_iter().find(|(_, x)| !x.is_finite()) {
        None => Ok(()),
        Some(((row, col), x)) => Err(LinalgError::NotFinite { operation, row, col, value: x.as_f64() }),
    }
}

/// The order of a square matrix of finite elements.
pub(super) fn check_square<E: Scalar>(operation: &'static str, a: ArrayView2<E>) -> Result<usize, LinalgError> {
    let (rows, cols) = a.dim();
    if rows != cols {
        return Err(LinalgError::NotSquare { operation, rows, cols });
    }
    check_finite(operation, a)?;
    Ok(rows)
}
