//! Sentences of two texts that say the same.

use super::{TfIdf, Tokenizer};
use std::collections::BTreeMap;
use std::ops::Range;

/// Sentences of two texts that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Bead {
    /// Sentences of the first text: none, one or two.
    pub first: Range<usize>,
    /// Sentences of the second text: none, one or two.
    pub second: Range<usize>,
}

impl Bead {
    /// Whether there are sentences on both sides.
    pub fn is_pair(&self) -> bool {
        !self.first.is_empty() && !self.second.is_empty()
    }
}

/// An alignment of two texts: beads that cover both in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Alignment {
    /// The beads, in order.
    pub beads: Vec<Bead>,
    /// The sum of their scores.
    pub score: f64,
}

/// Sentences that a bead takes of each text; of equal alignments, the one is taken whose last bead is first here.
const MOVES: [(usize, usize); 5] = [(1, 1), (2, 1), (1, 2), (1, 0), (0, 1)];

impl Alignment {
    /// The alignment of `first` and `second` sentences whose beads have the greatest sum of scores.
    ///
    /// Beads are 1-1, 2-1, 1-2, scored by `score`, and 1-0 and 0-1, of score 0. So a bead is in the alignment only if
    /// it is better than to leave its sentences alone. It takes time and memory in proportion to `first second`.
    ///
    /// # Source
    /// The dynamic programme of W. Gale, K. Church, A program for aligning sentences in bilingual corpora,
    /// Computational Linguistics 19, 1993, with similarities in place of lengths and without 2-2.
    ///
    /// ```
    /// use latent_augment::text::Alignment;
    /// use std::ops::Range;
    ///
    /// let similar = [[0.9, 0.0, 0.1], [0.1, 0.0, 0.8]];
    /// let single = |i: usize, j: usize| similar[i][j] - 0.3;
    /// let score = |a: Range<usize>, b: Range<usize>| match (a.len(), b.len()) {
    ///     (1, 1) => single(a.start, b.start),
    ///     _ => -1.0,
    /// };
    /// let alignment = Alignment::best(2, 3, score);
    /// let pairs: Vec<_> = alignment.beads.iter().filter(|bead| bead.is_pair()).collect();
    /// assert_eq!((pairs[0].first.start, pairs[0].second.start), (0, 0));
    /// assert_eq!((pairs[1].first.start, pairs[1].second.start), (1, 2));
    /// assert!((alignment.score - 1.1).abs() < 1e-12);
    /// ```
    pub fn best(first: usize, second: usize, mut score: impl FnMut(Range<usize>, Range<usize>) -> f64) -> Self {
        let width = second + 1;
        // The best score of the first i and j sentences, and the move that ends it.
        let mut best = vec![(0.0_f64, (0, 0)); (first + 1) * width];
        for i in 0..=first {
            for j in 0..=second {
                let mut here: Option<(f64, (usize, usize))> = None;
                for (a, b) in MOVES {
                    if a > i || b > j {
                        continue;
                    }
                    let of_bead = if a > 0 && b > 0 { score(i - a..i, j - b..j) } else { 0.0 };
                    let sum = best[(i - a) * width + j - b].0 + of_bead;
                    if here.is_none_or(|(best, _)| sum > best) {
                        here = Some((sum, (a, b)));
                    }
                }
                if let Some(here) = here {
                    best[i * width + j] = here;
                }
            }
        }
        let mut beads = Vec::new();
        let (mut i, mut j) = (first, second);
        while (i, j) != (0, 0) {
            let (a, b) = best[i * width + j].1;
            beads.push(Bead { first: i - a..i, second: j - b..j });
            (i, j) = (i - a, j - b);
        }
        beads.reverse();
        Self { beads, score: best[first * width + second].0 }
    }

    /// The alignment of sentences by their words: the score of a bead is the cosine of the TF-IDF vectors (counts times
    /// `idf`) of its two sides, less `threshold`, and less `merge` if there are two sentences on a side.
    ///
    /// Sides less similar than the threshold are left alone.
    pub fn of_sentences<S: AsRef<str>>(
        first: &[S],
        second: &[S],
        tf_idf: &TfIdf,
        tokenizer: &Tokenizer,
        threshold: f64,
        merge: f64,
    ) -> Self {
        let first = Vectors::new(first, tf_idf, tokenizer);
        let second = Vectors::new(second, tf_idf, tokenizer);
        Self::best(first.single.len(), second.single.len(), |a, b| {
            let merged = if a.len() + b.len() > 2 { merge } else { 0.0 };
            first.of(&a).cosine(second.of(&b)) - threshold - merged
        })
    }
}

/// A sparse vector with its length.
struct Vector {
    values: BTreeMap<String, f64>,
    norm: f64,
}

impl Vector {
    fn new(values: BTreeMap<String, f64>) -> Self {
        let norm = values.values().map(|x| x * x).sum::<f64>().sqrt();
        Self { values, norm }
    }

    /// 0 where one of the vectors has no direction.
    fn cosine(&self, other: &Self) -> f64 {
        if self.norm == 0.0 || other.norm == 0.0 {
            return 0.0;
        }
        let products = self.values.iter().filter_map(|(word, x)| other.values.get(word).map(|y| x * y));
        (products.sum::<f64>() / (self.norm * other.norm)).min(1.0)
    }
}

/// The vectors of sentences and of neighbours taken together.
struct Vectors {
    single: Vec<Vector>,
    double: Vec<Vector>,
}

impl Vectors {
    fn new<S: AsRef<str>>(sentences: &[S], tf_idf: &TfIdf, tokenizer: &Tokenizer) -> Self {
        let words: Vec<Vec<String>> =
            sentences.iter().map(|sentence| tokenizer.folded_words(sentence.as_ref())).collect();
        let single = words.iter().map(|words| Vector::new(tf_idf.vector(words))).collect();
        let double = words.windows(2).map(|pair| Vector::new(tf_idf.vector(&pair.concat()))).collect();
        Self { single, double }
    }

    fn of(&self, sentences: &Range<usize>) -> &Vector {
        if sentences.len() == 1 { &self.single[sentences.start] } else { &self.double[sentences.start] }
    }
}
