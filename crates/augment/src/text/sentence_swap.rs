//! Sentences exchanged between two texts that say the same.

use super::{Alignment, Bead, Resources, sentences};
use crate::error::{AugmentError, Fault, Place};
use crate::rate;
use latent_numeric::random::Stream;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Aligned sentences change places between two texts, each pair with probability `rate`.
///
/// The texts are aligned as [`Alignment::of_sentences`] says. What is between sentences stays where it is, and so does
/// what has no counterpart. It draws from the stream `(seed, "sentence_swap", [epoch, sample])`.
///
/// ```
/// use latent_augment::text::{Resources, SentenceSwap, TfIdf, Tokenizer};
///
/// let first = "The cat slept all day. It was raining in Paris.";
/// let second = "All day the cat slept! Nobody called. In Paris it was raining hard.";
/// let tf_idf = TfIdf::fit([first, second, "A third text."], &Tokenizer::unicode())?;
/// let resources = Resources { tf_idf: Some(tf_idf.into()), ..Resources::default() };
/// let swap = SentenceSwap { rate: 1.0, ..SentenceSwap::default() };
/// let (a, b) = swap.apply(first, second, &resources, 7, 0, 0)?;
/// assert_eq!(a, "All day the cat slept! In Paris it was raining hard.");
/// assert_eq!(b, "The cat slept all day. Nobody called. It was raining in Paris.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SentenceSwap {
    /// The probability of each pair, in [0, 1].
    pub rate: f64,
    /// The cosine from which on sentences are a pair, in [0, 1].
    pub threshold: f64,
    /// By how much two sentences must be more similar to one, in [0, 1].
    pub merge: f64,
}

impl Default for SentenceSwap {
    fn default() -> Self {
        Self { rate: 0.5, threshold: 0.3, merge: 0.1 }
    }
}

impl SentenceSwap {
    const NAME: &'static str = "sentence_swap";

    /// Whether the parameters are in their domains.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), AugmentError> {
        for (name, value) in [("rate", self.rate), ("threshold", self.threshold), ("merge", self.merge)] {
            rate::check(name, value).map_err(failed)?;
        }
        Ok(())
    }

    /// Exchanges sentences between a sample and another text that says the same.
    ///
    /// # Errors
    /// If a parameter is out of its domain, or `resources` has no TF-IDF.
    pub fn apply(
        &self,
        first: &str,
        second: &str,
        resources: &Resources,
        seed: u64,
        epoch: u64,
        sample: u64,
    ) -> Result<(String, String), AugmentError> {
        self.check()?;
        let tf_idf = resources.tf_idf().map_err(failed)?;
        let unchanged = || (first.to_owned(), second.to_owned());
        if self.rate == 0.0 {
            return Ok(unchanged());
        }
        let in_first: Vec<Range<usize>> = sentences(first).collect();
        let in_second: Vec<Range<usize>> = sentences(second).collect();
        let of = |text: &'_ str, ranges: &[Range<usize>]| -> Vec<String> {
            ranges.iter().map(|range| text[range.clone()].to_owned()).collect()
        };
        let alignment = Alignment::of_sentences(
            &of(first, &in_first),
            &of(second, &in_second),
            tf_idf,
            &resources.tokenizer,
            self.threshold,
            self.merge,
        );
        let mut stream = Stream::new(seed, Self::NAME, &[epoch, sample]);
        let (mut own, mut other) = unchanged();
        // From the end, so that what is to be changed stays where it was.
        let drawn: Vec<&Bead> =
            alignment.beads.iter().filter(|bead| bead.is_pair() && stream.bernoulli(self.rate)).collect();
        for bead in drawn.into_iter().rev() {
            let (a, b) = (span(&in_first, &bead.first), span(&in_second, &bead.second));
            own.replace_range(a.clone(), &second[b.clone()]);
            other.replace_range(b, &first[a]);
        }
        Ok((own, other))
    }
}

fn failed(fault: Fault) -> AugmentError {
    AugmentError::new(Place::operator(&[], SentenceSwap::NAME), fault)
}

/// The bytes of sentences that follow each other.
fn span(ranges: &[Range<usize>], sentences: &Range<usize>) -> Range<usize> {
    ranges[sentences.start].start..ranges[sentences.end - 1].end
}
