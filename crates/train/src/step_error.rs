//! Why a step could not be made.

use crate::non_finite::NonFiniteValue;
use crate::task::TaskError;
use std::fmt;

/// Why a step could not be made: a value is not finite, which ends training in good order, or an error, which ends the
/// program.
///
/// The operator `?` makes one of a [`NonFiniteValue`], and of all that a [`TaskError`] can be made of: any error, and a
/// text. (For that it cannot be a [`std::error::Error`] itself.)
///
/// ```
/// use latent_train::{NonFiniteValue, StepError};
///
/// fn parsed(text: &str) -> Result<f64, StepError> {
///     let value: f64 = text.parse()?;
///     if value < 0.0 {
///         return Err("a squared distance is negative".into());
///     }
///     Ok(value)
/// }
///
/// assert!(matches!(parsed("1e-3"), Ok(1e-3)));
/// assert!(matches!(parsed("much"), Err(StepError::Failed(_))));
/// assert_eq!(parsed("-1").unwrap_err().to_string(), "a squared distance is negative");
/// ```
#[derive(Debug)]
pub enum StepError {
    /// A loss, a gradient or a weight is NaN or infinite. The model has the parameters and states from before the step.
    NotFinite(Box<NonFiniteValue>),
    /// The batch does not fit the model, or something that the step needs cannot be computed, read or written.
    Failed(TaskError),
}

impl From<NonFiniteValue> for StepError {
    fn from(value: NonFiniteValue) -> Self {
        Self::NotFinite(Box::new(value))
    }
}

impl<E: Into<TaskError>> From<E> for StepError {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite(value) => value.fmt(f),
            Self::Failed(error) => error.fmt(f),
        }
    }
}
