//! Texts as words and what is between them.

use std::fmt;
use unicode_segmentation::UnicodeSegmentation;

/// A text as words and the gaps before, between and after them: punctuation and space.
///
/// Operators change the words; gaps stay, so what is not changed is written as it was. Only where two words would
/// become one is there a new space. `Display` gives the text.
///
/// ```
/// use latent_augment::text::Tokenizer;
///
/// let text = Tokenizer::unicode().tokenize("Don't panic, (Arthur)!");
/// assert_eq!(text.words(), ["Don't", "panic", "Arthur"]);
/// assert_eq!(text.gaps(), ["", " ", ", (", ")!"]);
/// assert_eq!(text.to_string(), "Don't panic, (Arthur)!");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenizedText {
    words: Vec<String>,
    /// One more than words.
    gaps: Vec<String>,
}

impl TokenizedText {
    /// The text whose words lie at these ranges of bytes, in order.
    pub(crate) fn new(text: &str, ranges: impl IntoIterator<Item = std::ops::Range<usize>>) -> Self {
        let (mut words, mut gaps, mut end) = (Vec::new(), Vec::new(), 0);
        for range in ranges {
            gaps.push(text[end..range.start].to_owned());
            end = range.end;
            words.push(text[range].to_owned());
        }
        gaps.push(text[end..].to_owned());
        Self { words, gaps }
    }

    /// The words, in order.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// What is before, between and after the words: one gap more than there are words.
    pub fn gaps(&self) -> &[String] {
        &self.gaps
    }

    /// Puts another word in the place of one, capitalised as that one was.
    ///
    /// # Panics
    /// If the text has no word of this number.
    pub fn replace(&mut self, index: usize, word: &str) {
        self.words[index] = in_the_case_of(&self.words[index], word);
        self.part(index);
    }

    /// Exchanges two words. What is between words stays.
    ///
    /// # Panics
    /// If the text has no word of this number.
    pub fn swap(&mut self, i: usize, j: usize) {
        self.words.swap(i, j);
        self.part(i);
        self.part(j);
    }

    /// Inserts a word before the one at `index`, or at the end. It follows its predecessor after a space, or after
    /// nothing in scripts that are written without spaces.
    ///
    /// # Panics
    /// If `index` is more than the number of words.
    pub fn insert(&mut self, index: usize, word: String) {
        if index == 0 {
            let gap = self.words.first().map_or("", |next| between(&word, next)).to_owned();
            self.gaps.insert(1, gap);
        } else {
            self.gaps.insert(index, between(&self.words[index - 1], &word).to_owned());
        }
        self.words.insert(index, word);
        self.part(index);
    }

    /// Removes a word. Its gaps become one: nothing but space is lost.
    ///
    /// # Panics
    /// If the text has no word of this number.
    pub fn remove(&mut self, index: usize) {
        self.words.remove(index);
        let after = self.gaps.remove(index + 1);
        let before = &mut self.gaps[index];
        if index == 0 {
            before.push_str(after.trim_start());
            return;
        }
        if index == self.words.len() || after.contains(char::is_whitespace) {
            before.truncate(before.trim_end().len());
        }
        before.push_str(&after);
        self.part_from_previous(index);
    }

    /// Keeps a word that is new at its place from being one with its neighbours.
    fn part(&mut self, index: usize) {
        self.part_from_previous(index);
        self.part_from_previous(index + 1);
    }

    /// A space at the end of a gap, if without it there were no end of a word: scripts that are written without spaces
    /// may have been there before, or another mark.
    fn part_from_previous(&mut self, index: usize) {
        if index == 0 || index >= self.words.len() || self.gaps[index].contains(char::is_whitespace) {
            return;
        }
        let (left, gap, right) = (&self.words[index - 1], &self.gaps[index], &self.words[index]);
        let together = format!("{left}{gap}{right}");
        let is_end = together.split_word_bound_indices().any(|(start, _)| start == left.len());
        if !is_end {
            self.gaps[index].push(' ');
        }
    }
}

impl fmt::Display for TokenizedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.gaps[0])?;
        for (word, gap) in self.words.iter().zip(&self.gaps[1..]) {
            f.write_str(word)?;
            f.write_str(gap)?;
        }
        Ok(())
    }
}

/// A word as it is looked up: in lower case.
pub(crate) fn folded(word: &str) -> String {
    word.to_lowercase()
}

/// `word` in capitals if `pattern` is, with a capital if `pattern` has one, else as it is.
fn in_the_case_of(pattern: &str, word: &str) -> String {
    let upper = pattern.chars().filter(|c| c.is_uppercase()).count();
    if upper >= 2 && !pattern.chars().any(char::is_lowercase) {
        return word.to_uppercase();
    }
    let mut rest = word.chars();
    match rest.next() {
        Some(first) if pattern.starts_with(char::is_uppercase) => first.to_uppercase().chain(rest).collect(),
        _ => word.to_owned(),
    }
}

/// What is written between two words.
fn between(left: &str, right: &str) -> &'static str {
    let unspaced = left.ends_with(is_written_unspaced) && right.starts_with(is_written_unspaced);
    if unspaced { "" } else { " " }
}

/// Han and kana.
fn is_written_unspaced(c: char) -> bool {
    is_han(c) || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}')
}

/// The blocks of CJK ideographs, with their extensions and compatibility forms.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}
