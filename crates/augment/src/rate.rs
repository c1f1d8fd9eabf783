//! Shares and probabilities.

use crate::error::Fault;

/// Whether a parameter is in [0, 1].
pub(crate) fn check(name: &'static str, value: f64) -> Result<(), Fault> {
    if (0.0..=1.0).contains(&value) { Ok(()) } else { Err(Fault::parameter(name, value, "a number in [0, 1]")) }
}
