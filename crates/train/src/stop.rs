//! Why training ended.

use crate::early_stopping::EarlyStopReason;
use latent_tensor::NonFinite;
use std::fmt;

/// Why training ended.
#[derive(Clone, Debug, PartialEq)]
pub enum StopReason {
    /// All steps were made.
    Finished,
    /// What was watched no longer improved.
    Early(EarlyStopReason),
    /// Somebody asked for it, by Ctrl-C or from an observer.
    Interrupted,
    /// A number was not finite.
    NotFinite(Trouble),
}

/// A number that is not finite, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// The number of steps made before.
    pub step: u64,
    /// The epoch, and the batch in it.
    pub place: (u64, usize),
    /// Whose loss it was.
    pub player: &'static str,
    /// The term of the loss, or the path of the parameter whose gradient it was.
    pub what: String,
    /// Its value.
    pub value: f64,
    /// The operator that it came from, if the loss tells.
    pub origin: Option<NonFinite>,
    /// The norm of the last gradient of this player that was finite.
    pub last_gradient_norm: Option<f64>,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => f.write_str("all steps were made"),
            Self::Early(reason) => write!(f, "{reason}"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::NotFinite(trouble) => write!(f, "{trouble}"),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, place: (epoch, batch), player, what, value, origin, last_gradient_norm } = self;
        write!(f, "{what} of the {player} is {value} after {step} steps (epoch {epoch}, batch {batch})")?;
        if let Some(NonFinite { operator, shape, inputs }) = origin {
            write!(f, "; it began in {operator}, with a result of shape {shape:?}")?;
            if !inputs.is_empty() {
                write!(f, " from {inputs:?}")?;
            }
        }
        match last_gradient_norm {
            Some(norm) => write!(f, "; the last gradient whose norm is known had {norm:.3e}"),
            None => Ok(()),
        }
    }
}
