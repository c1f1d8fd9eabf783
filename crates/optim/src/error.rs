//! What can be wrong with settings, parameters, gradients and saved state.

use std::error::Error;
use thiserror::Error;

/// Why an optimiser cannot be made, cannot step, or cannot take a saved state. Nothing is changed then; an L-BFGS step
/// that fails after some iterations leaves the parameters where the last of them ended.
#[derive(Debug, Error)]
pub enum OptimError {
    /// A setting outside its domain.
    #[error("{of}: {name} is {value}, expected {expected}")]
    Setting {
        /// What the setting belongs to: `adam`, `one_cycle`, ...
        of: &'static str,
        /// The setting.
        name: &'static str,
        /// What it was given.
        value: String,
        /// Its domain.
        expected: &'static str,
    },
    /// Parameters, gradients or tensors of a saved state that do not belong together.
    #[error("{what} do not match the parameters:{}", listed(mismatches))]
    Mismatch {
        /// What was held against the parameters.
        what: &'static str,
        /// All differences, one each, with the paths.
        mismatches: Vec<String>,
    },
    /// A group names a parameter that does not exist.
    #[error("parameter group {group} names {path:?}, which is not among the parameters")]
    Group {
        /// The group, counted from one in the order in which they were added.
        group: usize,
        /// The path it names.
        path: String,
    },
    /// A group's pattern selects no parameter.
    #[error("parameter group {group}, {pattern:?}: {why}; the paths are{}", listed(paths))]
    Pattern {
        /// The group, counted from one.
        group: usize,
        /// Its pattern.
        pattern: String,
        /// Why it selects none.
        why: &'static str,
        /// The paths of all parameters.
        paths: Vec<String>,
    },
    /// A gradient with a NaN or an infinity.
    #[error("the gradient of {path} is {value} at {index:?}")]
    NonFiniteGradient {
        /// The parameter's path.
        path: String,
        /// Where: the first such element in row-major order.
        index: Vec<usize>,
        /// What it is.
        value: f64,
    },
    /// A loss that is NaN or infinite.
    #[error("the loss is {value} in evaluation {evaluation} of the step")]
    NonFiniteLoss {
        /// What it is.
        value: f64,
        /// Which evaluation of the closure, counted from one.
        evaluation: usize,
    },
    /// A step with gradients alone of an optimiser whose line search evaluates the loss.
    #[error("{0} with a line search evaluates the loss several times a step: use `step_closure`")]
    NeedsClosure(&'static str),
    /// The closure could not evaluate the loss.
    #[error("the loss could not be evaluated: {0}")]
    Closure(#[source] Box<dyn Error + Send + Sync>),
    /// Bytes that are no saved state.
    #[error("these bytes are no saved state of an optimiser or an average: {0}")]
    Format(String),
}

fn listed(mismatches: &[String]) -> String {
    mismatches.iter().flat_map(|line| ["\n  ", line]).collect()
}

impl OptimError {
    /// An error that lists all mismatches, unless there are none.
    pub(crate) fn if_any(what: &'static str, mismatches: Vec<String>) -> Result<(), Self> {
        if mismatches.is_empty() { Ok(()) } else { Err(Self::Mismatch { what, mismatches }) }
    }
}

/// Settings of one thing, to be checked.
#[derive(Clone, Copy)]
pub(crate) struct Check(pub &'static str);

impl Check {
    fn that(self, name: &'static str, value: f64, holds: bool, expected: &'static str) -> Result<Self, OptimError> {
        if holds {
            return Ok(self);
        }
        Err(OptimError::Setting { of: self.0, name, value: value.to_string(), expected })
    }

    pub fn positive(self, name: &'static str, value: f64) -> Result<Self, OptimError> {
        self.that(name, value, value > 0.0 && value.is_finite(), "a finite number > 0")
    }

    pub fn not_negative(self, name: &'static str, value: f64) -> Result<Self, OptimError> {
        self.that(name, value, value >= 0.0 && value.is_finite(), "a finite number >= 0")
    }

    /// In [0, 1), as the share of the past in a moving average.
    pub fn decay(self, name: &'static str, value: f64) -> Result<Self, OptimError> {
        self.that(name, value, (0.0..1.0).contains(&value), "a number in [0, 1)")
    }

    /// In [0, 1].
    pub fn fraction(self, name: &'static str, value: f64) -> Result<Self, OptimError> {
        self.that(name, value, (0.0..=1.0).contains(&value), "a number in [0, 1]")
    }

    pub fn at_least(self, name: &'static str, value: u64, least: u64) -> Result<Self, OptimError> {
        let expected = if least == 1 { "a whole number >= 1" } else { "a whole number >= 2" };
        self.that(name, value as f64, value >= least, expected)
    }

    pub fn holds(
        self,
        name: &'static str,
        value: f64,
        holds: bool,
        expected: &'static str,
    ) -> Result<Self, OptimError> {
        self.that(name, value, holds, expected)
    }
}
