//! How much words tell of a text.

use super::tokenized::folded;
use super::weights::Weights;
use super::{FitError, Tokenizer};
use latent_numeric::random::Stream;
use std::collections::{BTreeMap, HashMap};

/// Statistics of a corpus of N documents: how much each word tells of the document it is in.
///
/// With `df(w)` the number of documents that have the word `w`, and `tf(w, d)` its share of the words of document `d`:
///
/// - `idf(w) = ln(N / df(w))`; a word of no document counts as one of one document;
/// - `S(w) = sum_d tf(w, d) idf(w)`, the score of a word in the whole corpus;
/// - `t_i = tf(x_i, x) idf(x_i)`, the score of word `i` in a text `x`.
///
/// Words are told apart in lower case. scikit-learn's `TfidfVectorizer` differs: it has `ln((1 + N) / (1 + df)) + 1`,
/// or `ln(N / df) + 1` without smoothing, takes `tf` as the count and scales the vectors to length 1.
///
/// # Source
/// Q. Xie et al., Unsupervised data augmentation for consistency training, NeurIPS 2020, appendix C, and the program
/// published with it.
///
/// ```
/// use latent_augment::text::{TfIdf, Tokenizer};
///
/// let tf_idf = TfIdf::fit(["the cat sat", "the dog sat", "the dog ran", "the end"], &Tokenizer::unicode())?;
/// assert_eq!(tf_idf.idf("the"), 0.0);
/// assert_eq!(tf_idf.idf("Dog"), f64::ln(4.0 / 2.0));
/// assert_eq!(tf_idf.idf("unicorn"), tf_idf.idf("cat"));
/// // The keyword stays; what tells nothing goes first.
/// let p = tf_idf.replacement_probabilities(&["the", "cat", "sat"], 0.2);
/// assert!(p[0] > p[2] && p[1] == 0.0);
/// assert!((p.iter().sum::<f64>() - 0.2 * 3.0).abs() < 1e-12);
/// # Ok::<(), latent_augment::text::FitError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TfIdf {
    documents: usize,
    /// In alphabetical order.
    vocabulary: Vec<Entry>,
    index: HashMap<String, usize>,
    replacements: Weights,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    word: String,
    df: usize,
    score: f64,
}

/// Scores that differ by less than this share of the greatest are equal: their differences are rounding.
const ROUNDING: f64 = 1e-12;

impl TfIdf {
    /// The statistics of a corpus.
    ///
    /// # Errors
    /// [`FitError::NoWords`] if it has none.
    pub fn fit<D: AsRef<str>>(documents: impl IntoIterator<Item = D>, tokenizer: &Tokenizer) -> Result<Self, FitError> {
        // Number of documents and sum of the shares.
        let mut statistics: BTreeMap<String, (usize, f64)> = BTreeMap::new();
        let mut count = 0;
        for document in documents {
            count += 1;
            let words = tokenizer.folded_words(document.as_ref());
            for (word, times) in counts(&words) {
                let (df, shares) = statistics.entry(word.clone()).or_default();
                *df += 1;
                *shares += times as f64 / words.len() as f64;
            }
        }
        if statistics.is_empty() {
            return Err(FitError::NoWords { documents: count, least: 1 });
        }
        let entry = |(word, (df, shares)): (String, (usize, f64))| Entry { word, df, score: shares * idf(count, df) };
        let vocabulary: Vec<Entry> = statistics.into_iter().map(entry).collect();
        let index = vocabulary.iter().enumerate().map(|(i, entry)| (entry.word.clone(), i)).collect();
        let scores: Vec<f64> = vocabulary.iter().map(|entry| entry.score).collect();
        Ok(Self { documents: count, index, replacements: Weights::new(&below_greatest(&scores)), vocabulary })
    }

    /// The number of documents.
    pub fn documents(&self) -> usize {
        self.documents
    }

    /// The words of the corpus in alphabetical order.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> {
        self.vocabulary.iter().map(|entry| entry.word.as_str())
    }

    /// `idf(w)`, in nats.
    pub fn idf(&self, word: &str) -> f64 {
        idf(self.documents, self.entry(word).map_or(1, |entry| entry.df))
    }

    /// `S(w)`; 0 for a word of no document.
    pub fn score(&self, word: &str) -> f64 {
        self.entry(word).map_or(0.0, |entry| entry.score)
    }

    /// `t_i` for each word of a text.
    pub fn scores<W: AsRef<str>>(&self, words: &[W]) -> Vec<f64> {
        let words: Vec<String> = words.iter().map(|word| folded(word.as_ref())).collect();
        let counts = counts(&words);
        words.iter().map(|word| counts[word] as f64 / words.len() as f64 * self.idf(word)).collect()
    }

    /// The probability of each word of a text of being replaced, where `rate` p in [0, 1] of all words is the mean.
    ///
    /// `P_i = min(p (C - t_i) / Z, 1)` with `C = max_i t_i` and `Z = sum_i (C - t_i) / |x|`. The expected number of
    /// replacements is `p |x|`, less where the bound 1 is met. A word of the greatest score is never replaced, so
    /// nothing is where all scores are equal (and Z is 0).
    pub fn replacement_probabilities<W: AsRef<str>>(&self, words: &[W], rate: f64) -> Vec<f64> {
        let below = below_greatest(&self.scores(words));
        let z = below.iter().sum::<f64>() / below.len() as f64;
        below.iter().map(|&below| if below == 0.0 { 0.0 } else { (rate * below / z).min(1.0) }).collect()
    }

    /// The probability of a word of being the new one where one is replaced: in proportion to `max_w S(w) - S(w)`,
    /// uniform over the corpus where all are equal, and 0 for a word of no document.
    pub fn probability(&self, word: &str) -> f64 {
        self.index.get(&folded(word)).map_or(0.0, |&index| self.replacements.probability(index))
    }

    /// Draws a new word.
    pub(crate) fn draw(&self, stream: &mut Stream) -> &str {
        &self.vocabulary[self.replacements.draw(stream)].word
    }

    /// The counts of the words of a text times their idf.
    pub(crate) fn vector(&self, folded: &[String]) -> BTreeMap<String, f64> {
        counts(folded).into_iter().map(|(word, times)| (word.clone(), times as f64 * self.idf(word))).collect()
    }

    fn entry(&self, word: &str) -> Option<&Entry> {
        self.index.get(&folded(word)).map(|&index| &self.vocabulary[index])
    }
}

fn idf(documents: usize, df: usize) -> f64 {
    (documents as f64 / df as f64).ln()
}

fn counts(words: &[String]) -> BTreeMap<&String, usize> {
    let mut counts = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

/// How far each score is below the greatest.
fn below_greatest(scores: &[f64]) -> Vec<f64> {
    let greatest = scores.iter().copied().fold(0.0, f64::max);
    let below = |score: f64| if greatest - score <= ROUNDING * greatest { 0.0 } else { greatest - score };
    scores.iter().map(|&score| below(score)).collect()
}
