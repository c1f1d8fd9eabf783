//! When to stop, from a value that should get better.

mod restore_best;
mod snapshot;
#[cfg(test)]
mod tests;

pub use restore_best::RestoreBest;
pub use snapshot::Snapshot;

use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether smaller or larger values are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Smaller ones, as of a loss.
    Min,
    /// Larger ones, as of an accuracy.
    Max,
}

/// A value that early stopping observed, and its place in the order of observations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The number of values observed before it.
    pub index: u64,
    /// The observed value.
    pub value: f64,
}

/// Why early stopping stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarlyStopReason {
    /// So many values in a row were no improvement, as many as the patience.
    NoImprovement {
        /// How many, up to the last.
        observations: u64,
    },
    /// A value was NaN or infinite.
    NotFinite {
        /// Which, counted from zero.
        index: u64,
    },
}

impl fmt::Display for EarlyStopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoImprovement { observations } => write!(f, "no improvement in {observations} observations"),
            Self::NotFinite { index } => write!(f, "observation {index} is not a finite number"),
        }
    }
}

/// Why a policy of early stopping makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EarlyStoppingError {
    /// The smallest change that counts is negative or not finite.
    #[error("min_change of early stopping is {value}, expected a finite number, at least 0")]
    MinChange {
        /// Its value.
        value: f64,
    },
}

/// What early stopping says to an observation: it improved, wait, or stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is better than the best so far by more than the smallest change; the first one always is.
    Improved,
    /// It is not, but there is patience left.
    Wait {
        /// After so many more without improvement it stops; at least one.
        left: u64,
    },
    /// Stop.
    Stop(EarlyStopReason),
}

/// The policy of early stopping: stop as soon as `patience` observations in a row were no improvement, as PyTorch
/// Lightning and Keras count (Prechelt 1998; Goodfellow, Bengio and Courville 2016, algorithm 7.1).
///
/// A value improves on the best if it is better by more than `min_change`; one that is not finite is never better, and
/// stops at once. The policy is a value: it can be saved with the rest of a run, and goes on exactly where it was.
/// After it has said to stop it goes on saying so. For the weights of the best observation see [`RestoreBest`].
///
/// ```
/// use latent_train::{EarlyStopping, Mode, EarlyStopReason, Verdict};
///
/// let mut policy = EarlyStopping::new(Mode::Min).patience(2).min_change(0.01)?;
/// assert_eq!(policy.observe(1.0), Verdict::Improved);
/// assert_eq!(policy.observe(0.995), Verdict::Wait { left: 1 });
/// assert_eq!(policy.observe(0.5), Verdict::Improved);
/// assert_eq!(policy.observe(0.6), Verdict::Wait { left: 1 });
/// let Verdict::Stop(reason) = policy.observe(0.7) else { panic!() };
/// assert_eq!(reason.to_string(), "no improvement in 2 observations");
/// assert_eq!(policy.best().unwrap().index, 2);
/// # Ok::<(), latent_train::EarlyStoppingError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EarlyStopping {
    mode: Mode,
    patience: u64,
    min_change: f64,
    observed: u64,
    best: Option<Observation>,
    stopped: Option<EarlyStopReason>,
}

impl EarlyStopping {
    /// The policy with a patience of 10, for which any change to the better counts.
    ///
    /// ```
    /// use latent_train::{EarlyStopping, Mode};
    ///
    /// assert_eq!(EarlyStopping::new(Mode::Max).best(), None);
    /// ```
    pub fn new(mode: Mode) -> Self {
        Self { mode, patience: 10, min_change: 0.0, observed: 0, best: None, stopped: None }
    }

    /// Sets after how many observations in a row without improvement it stops. The first of them stops with a patience
    /// of one, and with zero.
    ///
    /// ```
    /// use latent_train::{EarlyStopping, Mode, Verdict};
    ///
    /// let mut policy = EarlyStopping::new(Mode::Min).patience(1);
    /// assert_eq!(policy.observe(1.0), Verdict::Improved);
    /// assert!(matches!(policy.observe(1.0), Verdict::Stop(_)));
    /// ```
    #[must_use]
    pub fn patience(self, patience: u64) -> Self {
        Self { patience, ..self }
    }

    /// Sets by how much better than the best a value must be, strictly, to improve on it.
    ///
    /// ```
    /// use latent_train::{EarlyStopping, Mode, Verdict};
    ///
    /// let mut policy = EarlyStopping::new(Mode::Max).min_change(0.1)?;
    /// assert_eq!(policy.observe(0.5), Verdict::Improved);
    /// assert_eq!(policy.observe(0.55), Verdict::Wait { left: 9 });
    /// let error = policy.min_change(-1.0).unwrap_err();
    /// assert_eq!(error.to_string(), "min_change of early stopping is -1, expected a finite number, at least 0");
    /// # Ok::<(), latent_train::EarlyStoppingError>(())
    /// ```
    ///
    /// # Errors
    /// If it is negative, so that worse values would count as better, or not finite.
    pub fn min_change(self, min_change: f64) -> Result<Self, EarlyStoppingError> {
        if min_change >= 0.0 && min_change.is_finite() {
            Ok(Self { min_change, ..self })
        } else {
            Err(EarlyStoppingError::MinChange { value: min_change })
        }
    }

    /// Takes the next value into account, and says whether it improved and whether to stop.
    ///
    /// ```
    /// use latent_train::{EarlyStopping, Mode, Verdict};
    ///
    /// let mut policy = EarlyStopping::new(Mode::Min).patience(3);
    /// assert_eq!(policy.observe(0.3), Verdict::Improved);
    /// assert_eq!(policy.observe(0.4), Verdict::Wait { left: 2 });
    /// ```
    pub fn observe(&mut self, value: f64) -> Verdict {
        if let Some(reason) = self.stopped {
            return Verdict::Stop(reason);
        }
        let index = self.observed;
        self.observed += 1;
        if !value.is_finite() {
            return self.stop(EarlyStopReason::NotFinite { index });
        }
        let improves = |best: Observation| match self.mode {
            Mode::Min => value < best.value - self.min_change,
            Mode::Max => value > best.value + self.min_change,
        };
        match self.best {
            Some(best) if !improves(best) => {
                let observations = index - best.index;
                match self.patience.saturating_sub(observations) {
                    0 => self.stop(EarlyStopReason::NoImprovement { observations }),
                    left => Verdict::Wait { left },
                }
            }
            _ => {
                self.best = Some(Observation { index, value });
                Verdict::Improved
            }
        }
    }

    fn stop(&mut self, reason: EarlyStopReason) -> Verdict {
        self.stopped = Some(reason);
        Verdict::Stop(reason)
    }

    /// The best value so far, none before the first.
    ///
    /// ```
    /// use latent_train::{EarlyStopping, Mode, Observation};
    ///
    /// let mut policy = EarlyStopping::new(Mode::Max);
    /// [0.5, 0.9, 0.7].map(|accuracy| policy.observe(accuracy));
    /// assert_eq!(policy.best(), Some(Observation { index: 1, value: 0.9 }));
    /// ```
    pub fn best(&self) -> Option<Observation> {
        self.best
    }

    /// Why the policy said to stop, none if it did not.
    ///
    /// ```
    /// use latent_train::{EarlyStopping, Mode, EarlyStopReason};
    ///
    /// let mut policy = EarlyStopping::new(Mode::Min);
    /// policy.observe(f64::NAN);
    /// assert_eq!(policy.stopped(), Some(EarlyStopReason::NotFinite { index: 0 }));
    /// ```
    pub fn stopped(&self) -> Option<EarlyStopReason> {
        self.stopped
    }
}
