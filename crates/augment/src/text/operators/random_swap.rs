//! Words that change places.

use super::prelude::*;
use super::{changes, tenth};

/// `n = max(1, floor(alpha length))` times, two words at different places, all pairs equally likely, change places.
/// What is between words stays.
///
/// J. Wei, K. Zou, EDA, EMNLP-IJCNLP 2019, RS.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomSwap {
    /// The share of words, in [0, 1].
    #[serde(default = "tenth")]
    pub alpha: f64,
}

impl Rewrite for RandomSwap {
    const NAME: &'static str = "random_swap";

    fn check(&self) -> Result<(), Fault> {
        rate::check("alpha", self.alpha)
    }

    fn apply(&self, text: &mut TokenizedText, _: &Resources, stream: &mut Stream) {
        let length = text.words().len();
        if length < 2 {
            return;
        }
        for _ in 0..changes(self.alpha, length) {
            let first = stream.below(length);
            let second = stream.below(length - 1);
            text.swap(first, if second < first { second } else { second + 1 });
        }
    }
}
