//! Words beside each other.

use crate::text::{FitError, Tokenizer};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Documents as numbers of words.
pub(super) struct Corpus {
    /// The frequent words in lower case, in the order of how often they occur, of equals in alphabetical order.
    pub(super) words: Vec<String>,
    /// How often each occurs.
    pub(super) counts: Vec<usize>,
    /// The documents without all other words.
    documents: Vec<Vec<usize>>,
}

impl Corpus {
    pub(super) fn new<D: AsRef<str>>(
        documents: impl IntoIterator<Item = D>,
        tokenizer: &Tokenizer,
        min_count: usize,
        max_words: usize,
    ) -> Result<Self, FitError> {
        let documents: Vec<Vec<String>> =
            documents.into_iter().map(|document| tokenizer.folded_words(document.as_ref())).collect();
        let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
        documents.iter().flatten().for_each(|word| *counts.entry(word).or_default() += 1);
        let mut frequent: Vec<(&String, usize)> = counts.into_iter().filter(|&(_, count)| count >= min_count).collect();
        // Stable: equals stay in alphabetical order.
        frequent.sort_by_key(|&(_, count)| Reverse(count));
        frequent.truncate(max_words);
        if frequent.is_empty() {
            return Err(FitError::NoWords { documents: documents.len(), least: min_count });
        }
        let index: HashMap<&str, usize> =
            frequent.iter().enumerate().map(|(i, (word, _))| (word.as_str(), i)).collect();
        let number = |word: &String| index.get(word.as_str()).copied();
        let numbers = documents.iter().map(|document| document.iter().filter_map(number).collect()).collect();
        let (words, counts) = frequent.into_iter().map(|(word, count)| (word.clone(), count)).unzip();
        Ok(Self { words, counts, documents: numbers })
    }

    /// Each word with each that is at most `window` words before or after it in the same document.
    pub(super) fn pairs(&self, window: usize) -> impl Iterator<Item = (usize, usize)> {
        self.documents.iter().flat_map(move |document| {
            document.iter().enumerate().flat_map(move |(i, &word)| {
                let before = &document[i.saturating_sub(window)..i];
                let after = &document[i + 1..document.len().min(i.saturating_add(window).saturating_add(1))];
                before.iter().chain(after).map(move |&context| (word, context))
            })
        })
    }
}

pub(super) fn at_least_one(counts: &[(&'static str, usize)]) -> Result<(), FitError> {
    match counts.iter().find(|(_, count)| *count == 0) {
        Some((name, count)) => Err(parameter(name, count, "at least 1")),
        None => Ok(()),
    }
}

pub(super) fn parameter(name: &'static str, value: impl ToString, expected: impl Into<String>) -> FitError {
    FitError::Parameter { name, value: value.to_string(), expected: expected.into() }
}
