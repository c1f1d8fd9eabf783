//! Values that are not finite.

use crate::Name;
use latent_tensor::NonFinite;
use std::fmt;

/// A loss, gradient or weight that is NaN or infinite: its name, its value, and where in training it was found.
///
/// It ends training, with the model as it was before: see [`StopReason::NotFinite`](crate::StopReason::NotFinite).
#[derive(Clone, Debug, PartialEq)]
pub struct NonFiniteValue {
    /// The number of steps made before.
    pub step: u64,
    /// The epoch, and the batch in it.
    pub place: (u64, usize),
    /// The player that was trained, the samples that were evaluated (`validation`, `test`), or `model` for a weight.
    pub player: Name,
    /// The term of the loss, the gradient (`the gradient of <parameter>`), or the path of the weight.
    pub what: Name,
    /// Its value.
    pub value: f64,
    /// The operator whose result was not finite first, if the value was computed from tensors that have a history.
    pub origin: Option<NonFinite>,
    /// The norm of the last gradient that was finite: of the player, or the largest of all players between steps.
    pub last_gradient_norm: Option<f64>,
}

impl fmt::Display for NonFiniteValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, place: (epoch, batch), player, what, value, origin, last_gradient_norm } = self;
        write!(f, "{what} of the {player} is {value} after {step} steps (epoch {epoch}, batch {batch})")?;
        if let Some(NonFinite { operator, shape, inputs }) = origin {
            f.write_str("; the first tensor that is not finite is ")?;
            match &**operator {
                "variable" | "constant" => write!(f, "a {operator} of shape {shape:?}")?,
                _ => write!(f, "the result of {operator}, of shape {shape:?}, from inputs of shapes {inputs:?}")?,
            }
        }
        match last_gradient_norm {
            Some(norm) => write!(f, "; the norm of the last finite gradient is {norm:.3e}"),
            None => Ok(()),
        }
    }
}
