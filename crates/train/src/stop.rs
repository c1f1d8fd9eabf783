//! Why training ended.

use crate::early_stopping::EarlyStopReason;
use crate::non_finite::NonFiniteValue;
use std::fmt;

/// Why training ended.
#[derive(Clone, Debug, PartialEq)]
pub enum StopReason {
    /// All steps up to the limit were made.
    Finished,
    /// Early stopping: what is watched in evaluations no longer improved.
    Early(EarlyStopReason),
    /// Somebody asked for it: by Ctrl-C or a termination signal, or an observer answered `Break`.
    Interrupted,
    /// A loss, a gradient, what is watched in evaluations, or a weight was not finite.
    NotFinite(NonFiniteValue),
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => f.write_str("all steps were made"),
            Self::Early(reason) => write!(f, "{reason}"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::NotFinite(value) => write!(f, "{value}"),
        }
    }
}
