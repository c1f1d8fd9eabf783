//! What can be wrong with data and settings.

use latent_numeric::Scalar;
use latent_numeric::linalg::LinalgError;
use latent_tensor::Tensor;

/// Why a loss could not be computed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LossError {
    /// Numbers leave their domain.
    #[error("{loss}: {what} must lie in [{low}, {high}], but range from {found_low} to {found_high}")]
    OutOfRange {
        /// The loss.
        loss: &'static str,
        /// Which of its arguments.
        what: &'static str,
        /// The least allowed value.
        low: f64,
        /// The largest allowed value.
        high: f64,
        /// The least value found.
        found_low: f64,
        /// The largest value found.
        found_high: f64,
    },

    /// An element is NaN.
    #[error("{loss}: {what} must lie in [{low}, {high}], but element {index}, in row-major order, is NaN")]
    NotANumber {
        /// The loss.
        loss: &'static str,
        /// Which of its arguments.
        what: &'static str,
        /// The least allowed value.
        low: f64,
        /// The largest allowed value.
        high: f64,
        /// The first such element.
        index: usize,
    },

    /// A class index is too large.
    #[error("{loss}: class {class} at position {index}, but the logits are of {classes} classes")]
    Class {
        /// The loss.
        loss: &'static str,
        /// The position among the indices.
        index: usize,
        /// The index found.
        class: usize,
        /// The number of classes.
        classes: usize,
    },

    /// A number is not on the grid that the data are said to lie on.
    #[error(
        "{loss}: target {value} at element {index}, in row-major order, is none of the {levels} levels from {low} to \
         {high}; the nearest is {nearest}"
    )]
    NotALevel {
        /// The loss.
        loss: &'static str,
        /// The element's place.
        index: usize,
        /// The element.
        value: f64,
        /// The number of levels.
        levels: usize,
        /// The least level.
        low: f64,
        /// The largest level.
        high: f64,
        /// The nearest level.
        nearest: f64,
    },

    /// Images are too small for the windows and scales of a loss.
    #[error(
        "{loss}: images of {height} by {width} pixels, but {scales} scale(s) of {window} pixels need {smallest} by {smallest}"
    )]
    ImageTooSmall {
        /// The loss.
        loss: &'static str,
        /// Rows of the images.
        height: usize,
        /// Columns of the images.
        width: usize,
        /// The number of scales.
        scales: usize,
        /// Pixels along a side of the window.
        window: usize,
        /// The smallest side allowed.
        smallest: usize,
    },

    /// A setting is outside its domain.
    #[error("{name} is {value}, which is not {expected}")]
    Setting {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Which values are allowed.
        expected: &'static str,
    },

    /// A triangular factor of a covariance has a diagonal that is not positive.
    #[error(
        "{what}: diagonals must be positive and finite, but element {index} of them, in row-major order, is {value}"
    )]
    FactorDiagonal {
        /// Which factor.
        what: &'static str,
        /// The place among the diagonals.
        index: usize,
        /// The element.
        value: f64,
    },

    /// A matrix has no Cholesky factor.
    #[error(transparent)]
    Linalg(#[from] LinalgError),
}

/// Holds elements against their domain `[low, high]`.
pub(crate) fn check_range<E: Scalar>(
    loss: &'static str,
    what: &'static str,
    x: &Tensor<E>,
    low: f64,
    high: f64,
) -> Result<(), LossError> {
    let (least, largest) = (E::of(low), E::of(high));
    if x.array().iter().all(|&x| x >= least && x <= largest) {
        return Ok(());
    }
    if let Some(index) = x.array().iter().position(|x| x.is_nan()) {
        return Err(LossError::NotANumber { loss, what, low, high, index });
    }
    let numbers = x.array().iter().map(|x| x.as_f64());
    let (found_low, found_high) =
        numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    Err(LossError::OutOfRange { loss, what, low, high, found_low, found_high })
}

/// Holds a setting against its domain.
pub(crate) fn check_setting(
    holds: bool,
    name: &'static str,
    value: impl Scalar,
    expected: &'static str,
) -> Result<(), LossError> {
    if holds { Ok(()) } else { Err(LossError::Setting { name, value: value.as_f64(), expected }) }
}

/// # Panics
/// If two tensors that belong together differ in shape.
#[track_caller]
pub(crate) fn check_same_shape<E: Scalar>(loss: &str, a: (&str, &Tensor<E>), b: (&str, &Tensor<E>)) {
    let ((first, a), (second, b)) = (a, b);
    assert!(
        a.shape() == b.shape(),
        "{loss}: {first} of the shape {:?} and {second} of the shape {:?} differ",
        a.shape(),
        b.shape()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn verdict(x: ndarray::Array1<f64>) -> String {
        check_range("bce", "targets", &Tensor::constant(x), 0.0, 1.0).unwrap_err().to_string()
    }

    #[test]
    fn what_is_found_is_said() {
        assert_eq!(verdict(array![0.5, -0.25, 255.0]), "bce: targets must lie in [0, 1], but range from -0.25 to 255");
        assert_eq!(
            verdict(array![0.5, f64::NAN]),
            "bce: targets must lie in [0, 1], but element 1, in row-major order, is NaN"
        );
        assert!(check_range("bce", "targets", &Tensor::constant(array![0.0, 1.0]), 0.0, 1.0).is_ok());
    }
}
