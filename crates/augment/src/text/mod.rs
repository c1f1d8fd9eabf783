//! Text augmentation: chains of operators on the words of a text.
//!
//! | operator | what it does | needs |
//! |---|---|---|
//! | [`SynonymReplacement`] | words for synonyms (EDA) | [`Synonyms`] |
//! | [`RandomInsertion`] | synonyms of words inserted (EDA) | [`Synonyms`] |
//! | [`RandomSwap`] | words change places (EDA) | |
//! | [`RandomDeletion`] | words left out (EDA) | |
//! | [`TfIdfReplacement`] | words that tell little for others (UDA) | [`TfIdf`] |
//! | [`EmbeddingReplacement`] | words for neighbours by meaning | [`Embedding`] |
//! | [`PreserveSentiment`] | steps of its own, refused where they change the polarity | [`Lexicon`] |
//!
//! [`Rewrite`] is for operators of your own. [`SentenceSwap`] exchanges sentences between two texts that say the same, found by an [`Alignment`].
//!
//! # Words
//! A [`Tokenizer`] finds words by the rules of Unicode, of Chinese by `jieba` (feature `chinese`). Operators change
//! words; what is between them stays ([`TokenizedText`]). Words are looked up in lower case, and a new word is
//! capitalised as the one it replaces. In the names of random streams, `[epoch, sample, place in the chain]`, they are
//! as [those of images](crate::image): a sample can be augmented again alone, an operator of probability 0 draws
//! nothing, and changing the parameters of one operator changes the draws of no other.
//!
//! # Resources
//! Nothing about a language is in the crate. Tables are read from plain text ([`Synonyms`], [`Lexicon`],
//! [`Embedding`]), with errors that name the line; statistics are fitted to a corpus ([`TfIdf`], [`Ppmi`],
//! [`SkipGram`]). An [`Augmenter`] is a chain with its [`Resources`].
//!
//! ```
//! use latent_augment::text::{Augmenter, Chain, Resources, Synonyms};
//!
//! let chain = Chain::from_toml(
//!     r#"
//!     [[augment]]
//!     op = "synonym_replacement"
//!     alpha = 0.3
//!     "#,
//! )?;
//! let synonyms = Synonyms::from_groups([["film", "movie"], ["great", "superb"]]);
//! let resources = Resources { synonyms: Some(synonyms.into()), ..Resources::default() };
//! let augmenter = Augmenter::new(chain, resources)?;
//! let text = "Great, this (old) FILM!";
//! let found = augmenter.apply(text, 1, 0, 0);
//! assert!(["Superb, this (old) FILM!", "Great, this (old) MOVIE!"].contains(&&found[..]));
//! # Ok::<(), latent_augment::AugmentError>(())
//! ```

mod alignment;
mod augmenter;
mod chain;
mod embedding;
mod fit_error;
mod lexicon;
mod operator;
mod operators;
mod resources;
mod rewrite;
mod run;
mod sentence_swap;
mod sentences;
mod synonyms;
mod table_error;
mod tf_idf;
mod tokenized;
mod tokenizer;
mod weights;

pub use alignment::{Alignment, Bead};
pub use augmenter::Augmenter;
pub use chain::{Chain, Step};
pub use embedding::{Embedding, Ppmi, SkipGram};
pub use fit_error::FitError;
pub use lexicon::Lexicon;
pub use operator::Operator;
pub use operators::{
    EmbeddingReplacement, RandomDeletion, RandomInsertion, RandomSwap, SynonymReplacement, TfIdfReplacement,
};
pub use resources::Resources;
pub use rewrite::{Own, Rewrite};
pub use sentence_swap::SentenceSwap;
pub use sentences::sentences;
pub use synonyms::Synonyms;
pub use table_error::{TableError, TableProblem};
pub use tf_idf::TfIdf;
pub use tokenized::TokenizedText;
pub use tokenizer::Tokenizer;

/// Steps that are refused where they would change the sentiment of a text, around any operators of texts.
pub type PreserveSentiment = operators::PreserveSentiment<Operator>;
