//! How often something happens.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How often something happens: every so many steps or epochs; in a configuration `"500 steps"`, `"1 epoch"` or
/// `"never"`.
///
/// ```
/// use latent_train::Every;
///
/// assert_eq!("500 steps".parse(), Ok(Every::Steps(500)));
/// assert_eq!(Every::Epochs(1).to_string(), "1 epoch");
/// let error = "weekly".parse::<Every>().unwrap_err();
/// assert_eq!(error.to_string(), "\"weekly\" is no frequency, expected \"500 steps\", \"1 epoch\" or \"never\"");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Every {
    /// After each so many steps; never for zero.
    Steps(u64),
    /// At the end of each so many epochs; never for zero.
    Epochs(u64),
    /// Only at the end.
    Never,
}

/// The error of a text that is not a frequency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no frequency, expected \"500 steps\", \"1 epoch\" or \"never\"")]
pub struct FrequencyError(String);

impl FromStr for Every {
    type Err = FrequencyError;

    fn from_str(text: &str) -> Result<Self, FrequencyError> {
        let error = || FrequencyError(text.to_owned());
        if text == "never" {
            return Ok(Self::Never);
        }
        let (count, unit) = text.split_once(' ').ok_or_else(error)?;
        let count = count.parse().ok().filter(|&count| count > 0).ok_or_else(error)?;
        match unit.trim() {
            "step" | "steps" => Ok(Self::Steps(count)),
            "epoch" | "epochs" => Ok(Self::Epochs(count)),
            _ => Err(error()),
        }
    }
}

impl TryFrom<String> for Every {
    type Error = FrequencyError;

    fn try_from(text: String) -> Result<Self, FrequencyError> {
        text.parse()
    }
}

impl From<Every> for String {
    fn from(every: Every) -> Self {
        every.to_string()
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match *self {
            Self::Steps(0) | Self::Epochs(0) | Self::Never => return f.write_str("never"),
            Self::Steps(count) => (count, "step"),
            Self::Epochs(count) => (count, "epoch"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

impl Every {
    /// Whether it is time after `step` steps, of `per_epoch` batches an epoch and `batches` a step.
    pub(crate) fn is_due(self, step: u64, pace: Pace) -> bool {
        match self {
            Self::Steps(0) | Self::Epochs(0) | Self::Never => false,
            Self::Steps(n) => step.is_multiple_of(n),
            Self::Epochs(n) => step > 0 && pace.epoch(step) / n > pace.epoch(step - 1) / n,
        }
    }
}

/// The numbers of batches in a step and in an epoch. A configuration may ask for more of them than can be counted: then
/// the largest number stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Batches of an epoch.
    pub epoch: u64,
    /// Batches of a step.
    pub step: u64,
}

fn saturated(count: u128) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl Pace {
    /// Whole epochs after so many steps.
    pub fn epoch(self, step: u64) -> u64 {
        self.place(step, 0).0
    }

    /// Epoch and place of one of the batches of a step.
    pub fn place(self, step: u64, part: u64) -> (u64, usize) {
        let (batch, epoch) = (u128::from(step) * u128::from(self.step) + u128::from(part), u128::from(self.epoch));
        (saturated(batch / epoch), (batch % epoch) as usize)
    }

    /// The number of steps after which so many epochs are over.
    pub fn steps(self, epochs: u64) -> u64 {
        saturated((u128::from(epochs) * u128::from(self.epoch)).div_ceil(u128::from(self.step)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_reads_what_it_prints(count in 1_u64..5000, epochs in any::<bool>()) {
            let every = if epochs { Every::Epochs(count) } else { Every::Steps(count) };
            prop_assert_eq!(every.to_string().parse(), Ok(every));
            prop_assert_eq!(Every::Never.to_string().parse(), Ok(Every::Never));
            let wrong = [format!("-{every}"), format!("{every}ly"), every.to_string().replace(' ', "")];
            prop_assert!(wrong.iter().all(|text| text.parse::<Every>().is_err()), "one of {:?}", wrong);
        }

        #[test]
        fn no_number_is_too_large(epoch in 1_u64.., step in 1_u64.., n: u64, part: u64) {
            let pace = Pace { epoch, step };
            prop_assert!(pace.place(n, part).1 < epoch as usize && pace.epoch(n) <= pace.place(n, part).0);
            prop_assert!(pace.steps(n) == u64::MAX || pace.epoch(pace.steps(n)) >= n);
        }

        #[test]
        fn an_epoch_is_over_once(epoch in 1_u64..20, step in 1_u64..8, n in 1_u64..4) {
            let pace = Pace { epoch, step };
            let steps = pace.steps(6 * n);
            let due = (0..=steps).filter(|&k| Every::Epochs(n).is_due(k, pace)).count() as u64;
            // A step of several epochs counts once.
            prop_assert!(due <= 6 && (due == 6 || step > epoch * n), "{due}");
            prop_assert!(pace.epoch(steps) >= 6 * n && (steps == 0 || pace.epoch(steps - 1) < 6 * n));
            prop_assert_eq!(pace.place(steps, 0).0, pace.epoch(steps));
        }
    }
}
