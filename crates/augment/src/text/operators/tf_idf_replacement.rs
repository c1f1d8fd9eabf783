//! Words that tell little replaced by words that tell little.

use super::CHECKED;
use super::prelude::*;

/// Each word is replaced with the probability `P_i = min(p (C - t_i) / Z, 1)` of
/// [`TfIdf::replacement_probabilities`](crate::text::TfIdf::replacement_probabilities), by a word of the corpus drawn
/// with the weight `max_w S(w) - S(w)`: keywords stay, and none is put in.
///
/// Q. Xie et al., Unsupervised data augmentation for consistency training, NeurIPS 2020, appendix C.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TfIdfReplacement {
    /// The expected share of words that are replaced, p in [0, 1].
    pub rate: f64,
}

impl Rewrite for TfIdfReplacement {
    const NAME: &'static str = "tf_idf_replacement";

    fn check(&self) -> Result<(), Fault> {
        rate::check("rate", self.rate)
    }

    fn check_resources(&self, resources: &Resources) -> Result<(), Fault> {
        resources.tf_idf().map(drop)
    }

    fn apply(&self, text: &mut TokenizedText, resources: &Resources, stream: &mut Stream) {
        let tf_idf = resources.tf_idf().expect(CHECKED);
        let probabilities = tf_idf.replacement_probabilities(text.words(), self.rate);
        for (index, p) in probabilities.into_iter().enumerate() {
            if stream.bernoulli(p) {
                text.replace(index, tf_idf.draw(stream));
            }
        }
    }
}
