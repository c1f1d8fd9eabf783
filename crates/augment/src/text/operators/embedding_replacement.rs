//! Words replaced by their neighbours in an embedding.

use super::prelude::*;
use super::{CHECKED, tenth};

/// Each word that has a vector is replaced with probability `rate` by one of its nearest `neighbours` by cosine, all
/// equally likely, of those whose cosine is at least `least_cosine`; if there is none, it stays.
///
/// W. Y. Wang, D. Yang, That's so annoying!!!: a lexical and frame-semantic embedding based data augmentation approach,
/// EMNLP 2015, section 3.1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingReplacement {
    /// The probability, in [0, 1].
    #[serde(default = "tenth")]
    pub rate: f64,
    /// How many neighbours there are to draw from, at least 1.
    #[serde(default = "ten")]
    pub neighbours: usize,
    /// The least cosine of a neighbour, in [-1, 1].
    #[serde(default)]
    pub least_cosine: f64,
}

fn ten() -> usize {
    10
}

impl Default for EmbeddingReplacement {
    fn default() -> Self {
        Self { rate: tenth(), neighbours: ten(), least_cosine: 0.0 }
    }
}

impl Rewrite for EmbeddingReplacement {
    const NAME: &'static str = "embedding_replacement";

    fn check(&self) -> Result<(), Fault> {
        rate::check("rate", self.rate)?;
        if self.neighbours == 0 {
            return Err(Fault::parameter("neighbours", self.neighbours, "at least 1"));
        }
        if !(-1.0..=1.0).contains(&self.least_cosine) {
            return Err(Fault::parameter("least_cosine", self.least_cosine, "a number in [-1, 1]"));
        }
        Ok(())
    }

    fn check_resources(&self, resources: &Resources) -> Result<(), Fault> {
        resources.embedding().map(drop)
    }

    fn apply(&self, text: &mut TokenizedText, resources: &Resources, stream: &mut Stream) {
        let embedding = resources.embedding().expect(CHECKED);
        for index in 0..text.words().len() {
            if !stream.bernoulli(self.rate) {
                continue;
            }
            let mut near = embedding.nearest(&text.words()[index], self.neighbours);
            near.retain(|&(_, cosine)| f64::from(cosine) >= self.least_cosine);
            if !near.is_empty() {
                text.replace(index, near[stream.below(near.len())].0);
            }
        }
    }
}
