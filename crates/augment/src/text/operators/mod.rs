//! One operator, one file: formula, parameters and their domain, what is drawn.

mod embedding_replacement;
mod preserve_sentiment;
mod random_deletion;
mod random_insertion;
mod random_swap;
mod synonym_replacement;
mod tf_idf_replacement;

pub use embedding_replacement::EmbeddingReplacement;
pub use preserve_sentiment::PreserveSentiment;
pub(crate) use preserve_sentiment::{NAME as PRESERVE_SENTIMENT, apply as apply_preserving};
pub use random_deletion::RandomDeletion;
pub use random_insertion::RandomInsertion;
pub use random_swap::RandomSwap;
pub use synonym_replacement::SynonymReplacement;
pub use tf_idf_replacement::TfIdfReplacement;

/// `n = max(1, floor(alpha length))`: how many changes EDA makes in a text of `length` words.
fn changes(alpha: f64, length: usize) -> usize {
    ((alpha * length as f64).floor() as usize).max(1)
}

/// The share of words that EDA changes, if nothing else is said.
fn tenth() -> f64 {
    0.1
}

/// What operators say that are applied without a resource that they need.
const CHECKED: &str = "an augmenter is made only with the resources of its chain";

/// The imports that nearly every operator needs.
mod prelude {
    pub(super) use crate::error::Fault;
    pub(super) use crate::rate;
    pub(super) use crate::text::rewrite::Rewrite;
    pub(super) use crate::text::{Resources, TokenizedText};
    pub(super) use latent_numeric::random::Stream;
    pub(super) use serde::{Deserialize, Serialize};
}
