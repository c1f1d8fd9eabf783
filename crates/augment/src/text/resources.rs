//! What operators know of a language.

use super::{Embedding, Lexicon, Synonyms, TfIdf, Tokenizer};
use crate::error::Fault;
use std::sync::Arc;

/// What operators know of a language: each of it only where an operator needs it. Nothing is part of the crate but the
/// rules of Unicode (and, with the feature `chinese`, the dictionary of `jieba`).
///
/// ```
/// use latent_augment::text::{Resources, Synonyms};
///
/// let synonyms = Synonyms::from_groups([["film", "movie"], ["great", "fine"]]);
/// let resources = Resources { synonyms: Some(synonyms.into()), ..Resources::default() };
/// ```
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// Where words begin and end: by the rules of Unicode, if nothing else is said.
    pub tokenizer: Tokenizer,
    /// Synonyms.
    pub synonyms: Option<Arc<Synonyms>>,
    /// Statistics of the words of a corpus.
    pub tf_idf: Option<Arc<TfIdf>>,
    /// Vectors of words.
    pub embedding: Option<Arc<Embedding>>,
    /// Scores of sentiment.
    pub lexicon: Option<Arc<Lexicon>>,
}

impl Resources {
    pub(crate) fn synonyms(&self) -> Result<&Synonyms, Fault> {
        self.synonyms.as_deref().ok_or(Fault::MissingResource { name: "synonyms" })
    }

    pub(crate) fn tf_idf(&self) -> Result<&TfIdf, Fault> {
        self.tf_idf.as_deref().ok_or(Fault::MissingResource { name: "tf_idf" })
    }

    pub(crate) fn embedding(&self) -> Result<&Embedding, Fault> {
        self.embedding.as_deref().ok_or(Fault::MissingResource { name: "embedding" })
    }

    pub(crate) fn lexicon(&self) -> Result<&Lexicon, Fault> {
        self.lexicon.as_deref().ok_or(Fault::MissingResource { name: "lexicon" })
    }
}
