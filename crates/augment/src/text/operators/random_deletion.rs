//! Words left out.

use super::prelude::*;
use super::tenth;

/// Each word is deleted with probability `rate`; if none would be left, one stays, all equally likely.
///
/// J. Wei, K. Zou, EDA, EMNLP-IJCNLP 2019, RD.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomDeletion {
    /// The probability, in [0, 1].
    #[serde(default = "tenth")]
    pub rate: f64,
}

impl Rewrite for RandomDeletion {
    const NAME: &'static str = "random_deletion";

    fn check(&self) -> Result<(), Fault> {
        rate::check("rate", self.rate)
    }

    fn apply(&self, text: &mut TokenizedText, _: &Resources, stream: &mut Stream) {
        let mut stays: Vec<bool> = text.words().iter().map(|_| !stream.bernoulli(self.rate)).collect();
        if !stays.contains(&true) {
            let one = stream.below(stays.len());
            stays[one] = true;
        }
        for index in (0..stays.len()).rev().filter(|&index| !stays[index]) {
            text.remove(index);
        }
    }
}
