//! Synonyms inserted.

use super::prelude::*;
use super::{CHECKED, changes, tenth};

/// `n = max(1, floor(alpha length))` times, a word of the text that has synonyms is drawn, and one of them is inserted
/// at a uniform place. Words are those of the text before the first insertion; places are those after the ones before,
/// both ends among them.
///
/// J. Wei, K. Zou, EDA, EMNLP-IJCNLP 2019, RI.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomInsertion {
    /// The share of words, in [0, 1].
    #[serde(default = "tenth")]
    pub alpha: f64,
}

impl Rewrite for RandomInsertion {
    const NAME: &'static str = "random_insertion";

    fn check(&self) -> Result<(), Fault> {
        rate::check("alpha", self.alpha)
    }

    fn check_resources(&self, resources: &Resources) -> Result<(), Fault> {
        resources.synonyms().map(drop)
    }

    fn apply(&self, text: &mut TokenizedText, resources: &Resources, stream: &mut Stream) {
        let synonyms = resources.synonyms().expect(CHECKED);
        let known: Vec<&[String]> =
            text.words().iter().map(|word| synonyms.of(word)).filter(|of| !of.is_empty()).collect();
        if known.is_empty() {
            return;
        }
        for _ in 0..changes(self.alpha, text.words().len()) {
            let candidates = known[stream.below(known.len())];
            let word = candidates[stream.below(candidates.len())].clone();
            text.insert(stream.below(text.words().len() + 1), word);
        }
    }
}
