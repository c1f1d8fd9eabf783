//! Words that may stand for each other.

use super::table_error::{self, TableError, TableProblem};
use super::tokenized::folded;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;

const FORM: &str = "two or more words, separated by commas";

/// A table of synonyms. Words are looked up in lower case.
///
/// In a file each line is a group of words that may stand for each other, separated by commas; `#` begins a comment. A
/// word may be in several groups, and has the words of all of them as synonyms. A synonym of several words is as one
/// word for the operators that follow in a chain.
///
/// ```
/// use latent_augment::text::Synonyms;
///
/// let synonyms = Synonyms::read("film, movie, motion picture # nouns\nfilm, layer\n".as_bytes())?;
/// assert_eq!(synonyms.of("Film"), ["layer", "motion picture", "movie"]);
/// assert_eq!(synonyms.of("layer"), ["film"]);
/// assert!(synonyms.of("the").is_empty());
/// # Ok::<(), latent_augment::text::TableError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms {
    /// In order, each without itself.
    of: BTreeMap<String, Vec<String>>,
}

impl Synonyms {
    /// The table of these groups of words.
    pub fn from_groups<G, W>(groups: impl IntoIterator<Item = G>) -> Self
    where
        G: IntoIterator<Item = W>,
        W: AsRef<str>,
    {
        let mut table = Self::default();
        for group in groups {
            let group: Vec<String> = group.into_iter().map(|word| word.as_ref().to_owned()).collect();
            table.add(&group);
        }
        table
    }

    /// Reads a table.
    ///
    /// # Errors
    /// [`TableError`] with the line, if it has fewer than two words or is not UTF-8; if there is no line.
    pub fn read(reader: impl BufRead) -> Result<Self, TableError> {
        let mut table = Self::default();
        table_error::lines(reader, |_, line| {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                return Ok(());
            }
            let group: Vec<String> = line.split(',').map(|word| word.trim().to_owned()).collect();
            if group.len() < 2 || group.iter().any(String::is_empty) {
                return Err(TableProblem::Form { found: format!("`{line}`"), expected: FORM.to_owned() });
            }
            table.add(&group);
            Ok(())
        })?;
        if table.of.is_empty() {
            return Err(TableError::whole(TableProblem::Empty { expected: FORM }));
        }
        Ok(table)
    }

    /// Reads the table in a file.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), with the path.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, TableError> {
        table_error::open(path.as_ref(), Self::read)
    }

    /// The table where these words, stop words say, have no synonyms. They may still be those of others.
    #[must_use]
    pub fn without<W: AsRef<str>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        for word in words {
            self.of.remove(&folded(word.as_ref()));
        }
        self
    }

    /// The synonyms of a word in alphabetical order; none if it has none.
    pub fn of(&self, word: &str) -> &[String] {
        self.of.get(&folded(word)).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, group: &[String]) {
        for word in group {
            let key = folded(word);
            let others = group.iter().filter(|&other| folded(other) != key);
            let of = self.of.entry(key.clone()).or_default();
            of.extend(others.cloned());
            of.sort_unstable();
            of.dedup();
            if of.is_empty() {
                self.of.remove(&key);
            }
        }
    }
}
