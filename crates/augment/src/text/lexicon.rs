//! How good and how bad words are.

use super::table_error::{self, TableError, TableProblem};
use super::tokenized::folded;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;

const FORM: &str = "a word, a tab and a number";

/// A lexicon of sentiment: scores of words, above 0 for good ones, below 0 for bad ones. Words are looked up in lower
/// case.
///
/// In a file each line is a word, a tab and its score.
///
/// ```
/// use latent_augment::text::{Lexicon, Tokenizer};
/// use std::cmp::Ordering;
///
/// let lexicon = Lexicon::read("good\t2\nbad\t-2.5\n".as_bytes())?;
/// let polarity = |text: &str| lexicon.polarity(Tokenizer::unicode().tokenize(text).words());
/// assert_eq!(polarity("A good, good film with a bad end"), Ordering::Greater);
/// assert_eq!(polarity("The film ended."), Ordering::Equal);
/// # Ok::<(), latent_augment::text::TableError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lexicon {
    scores: HashMap<String, f64>,
}

impl Lexicon {
    /// Reads a lexicon.
    ///
    /// # Errors
    /// [`TableError`] with the line, if it is not a word, a tab and a finite number, its word was there before (in any
    /// case), or it is not UTF-8; if there is no line.
    pub fn read(reader: impl BufRead) -> Result<Self, TableError> {
        let mut scores = HashMap::new();
        let mut lines: HashMap<String, usize> = HashMap::new();
        table_error::lines(reader, |number, line| {
            let mut fields = line.split('\t');
            let (Some(word), Some(score), None) = (fields.next(), fields.next(), fields.next()) else {
                return Err(TableProblem::Form { found: format!("`{line}`"), expected: FORM.to_owned() });
            };
            let word = folded(word.trim());
            if word.is_empty() {
                return Err(TableProblem::Form { found: format!("`{line}`"), expected: FORM.to_owned() });
            }
            let score = table_error::number(score)?;
            if let Some(first) = lines.insert(word.clone(), number) {
                return Err(TableProblem::Duplicate { word, first });
            }
            scores.insert(word, score);
            Ok(())
        })?;
        if scores.is_empty() {
            return Err(TableError::whole(TableProblem::Empty { expected: FORM }));
        }
        Ok(Self { scores })
    }

    /// Reads the lexicon in a file.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), with the path.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, TableError> {
        table_error::open(path.as_ref(), Self::read)
    }

    /// The score of a word, 0 if it is not in the lexicon.
    pub fn score(&self, word: &str) -> f64 {
        self.scores.get(&folded(word)).copied().unwrap_or(0.0)
    }

    /// The sign of the sum of the scores of all words. Nothing is made of negations.
    ///
    /// The sum is taken in the order of the scores, not of the words, so that moving words changes no bit of it.
    pub fn polarity<W: AsRef<str>>(&self, words: &[W]) -> Ordering {
        let mut scores: Vec<f64> = words.iter().map(|word| self.score(word.as_ref())).collect();
        scores.sort_unstable_by(f64::total_cmp);
        scores.iter().sum::<f64>().partial_cmp(&0.0).unwrap_or(Ordering::Equal)
    }
}
