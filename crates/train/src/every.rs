//! How often something happens.

use serde::{Deserialize, Serialize};

/// How often something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// After each so many steps; never for zero.
    Steps(u64),
    /// At the end of each so many epochs; never for zero.
    Epochs(u64),
    /// Only at the end.
    Never,
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

/// How steps make epochs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Batches of an epoch.
    pub epoch: u64,
    /// Batches of a step.
    pub step: u64,
}

impl Pace {
    /// Whole epochs after so many steps.
    pub fn epoch(self, step: u64) -> u64 {
        step * self.step / self.epoch
    }

    /// Epoch and place of one of the batches of a step.
    pub fn place(self, step: u64, part: u64) -> (u64, usize) {
        let batch = step * self.step + part;
        (batch / self.epoch, (batch % self.epoch) as usize)
    }

    /// The number of steps after which so many epochs are over.
    pub fn steps(self, epochs: u64) -> u64 {
        (epochs * self.epoch).div_ceil(self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
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
