//! Words replaced by synonyms.

use super::prelude::*;
use super::{CHECKED, changes, tenth};

/// `n = max(1, floor(alpha length))` words, drawn without replacement among those that have synonyms, are each replaced
/// by one of theirs, all equally likely; all of them, if there are fewer.
///
/// Words are places in the text: the authors' program replaces a word wherever it is. Stop words are words without
/// synonyms ([`Synonyms::without`](crate::text::Synonyms::without)).
///
/// J. Wei, K. Zou, EDA: easy data augmentation techniques for boosting performance on text classification tasks,
/// EMNLP-IJCNLP 2019, SR.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SynonymReplacement {
    /// The share of words, in [0, 1].
    #[serde(default = "tenth")]
    pub alpha: f64,
}

impl Rewrite for SynonymReplacement {
    const NAME: &'static str = "synonym_replacement";

    fn check(&self) -> Result<(), Fault> {
        rate::check("alpha", self.alpha)
    }

    fn check_resources(&self, resources: &Resources) -> Result<(), Fault> {
        resources.synonyms().map(drop)
    }

    fn apply(&self, text: &mut TokenizedText, resources: &Resources, stream: &mut Stream) {
        let synonyms = resources.synonyms().expect(CHECKED);
        let n = changes(self.alpha, text.words().len());
        let known: Vec<usize> =
            (0..text.words().len()).filter(|&i| !synonyms.of(&text.words()[i]).is_empty()).collect();
        for place in stream.permutation(known.len()).into_iter().take(n) {
            let index = known[place];
            let candidates = synonyms.of(&text.words()[index]);
            text.replace(index, &candidates[stream.below(candidates.len())]);
        }
    }
}
