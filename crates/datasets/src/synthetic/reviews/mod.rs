//! Reviews: short texts, good or bad, with known structure.
//!
//! A review is of one of four [`TOPICS`] and good or bad with probability 1/2 each, which is its label. It has one to three
//! sentences with an opinion and none, one or two without, in random order. An opinion is about an aspect of the topic and
//! says what the label says, in one of three [`Form`]s:
//!
//! | form | probability | example of a good review |
//! |---|---|---|
//! | plain | 0.7 | `I found the plot very clever.` |
//! | negated: a word of the other sign | 0.15 | `The plot was not dull.` |
//! | with a concession: the main clause has the sign of the review | 0.15 | `The ending was silly, but the plot was clever.` |
//!
//! Its word is of one of the ten [`CONCEPTS`] of its sign, all equally likely; of the seven words of a concept, word `k`,
//! counted from 1, has a probability in proportion to `1 / k`. So most words are rare, and a small set has few of those of a
//! large one. With probability 0.4 a word has a modifier, with 0.3 of that one that only words of its sign have
//! (`wonderfully`, `painfully`). Topic, aspects, modifiers of the other kind and sentences without opinion say nothing
//! about the label.
//!
//! There is no noise: who knows the grammar finds every label ([`Review::opinions`] has how it was made). Who only counts
//! words cannot, since a negation turns a word round and a concession has one of each sign. Words are drawn without regard
//! to the aspect, so that a plot may be friendly: figures on these texts compare with each other, not with published ones.
//!
//! Review `i` is a function of the stream `(seed, "reviews", [i])` alone.
//!
//! ```
//! use latent_datasets::synthetic::reviews;
//!
//! let some = reviews::generate(7, 0..100);
//! assert_eq!(some[40], reviews::generate(7, 40..41)[0]);
//! println!("{}: {}", if some[0].positive { "good" } else { "bad" }, some[0].text);
//! ```

mod grammar;
mod words;

pub use words::{CONCEPTS, Concept, TOPICS, Topic};

use crate::Provenance;
use latent_numeric::parallel;
use latent_numeric::random::Stream;
use std::ops::Range;

/// The number of the first test review: far from any training review, whatever the sizes.
pub const FIRST_TEST_SAMPLE: u64 = 1 << 32;
/// The number of the first review of those whose labels nobody is told.
pub const FIRST_UNLABELLED_SAMPLE: u64 = 2 << 32;
/// The number of the first sample to choose by.
pub const FIRST_VALIDATION_SAMPLE: u64 = 3 << 32;

/// A text with its label and how it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The text of the review.
    pub text: String,
    /// The label.
    pub positive: bool,
    /// The name of its topic.
    pub topic: &'static str,
    /// What its sentences say, of those that say something; not in the order of the text.
    pub opinions: Vec<Opinion>,
}

/// What a sentence says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// How.
    pub form: Form,
    /// The word that it says it with: of the sign of the review, or of the other if it is negated.
    pub word: &'static str,
    /// The word of the other sign in a concession.
    pub conceded: Option<&'static str>,
}

/// How a sentence says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// As it is.
    Plain,
    /// That the contrary is not so.
    Negated,
    /// In spite of something of the other sign.
    Conceded,
}

/// The reviews of these numbers.
pub fn generate(seed: u64, samples: Range<u64>) -> Vec<Review> {
    parallel::map(samples, |_, i| grammar::review(&mut Stream::new(seed, "reviews", &[i])))
}

/// Where reviews of this seed come from.
pub fn provenance(seed: u64) -> Provenance {
    Provenance::Generated { generator: "latent-datasets reviews, version 1".to_owned(), seed }
}
