//! Where words begin and end.

use super::TokenizedText;
#[cfg(feature = "chinese")]
use super::tokenized::is_han;
use std::fmt;
#[cfg(feature = "chinese")]
use std::{ops::Range, sync::Arc};
use unicode_segmentation::UnicodeSegmentation;

/// Finds the words of a text.
///
/// Words are the segments of Unicode Standard Annex 29 that have a letter or a digit: `can't` and `3.14` are one word
/// each, `well-read` is two. There every Chinese character is a word; `Tokenizer::chinese` (feature
/// `chinese`) makes words of them.
///
/// ```
/// use latent_augment::text::Tokenizer;
///
/// let words = Tokenizer::unicode().tokenize("Well-read people can't say 3.14.");
/// assert_eq!(words.words(), ["Well", "read", "people", "can't", "say", "3.14"]);
/// ```
#[derive(Clone, Default)]
pub struct Tokenizer {
    #[cfg(feature = "chinese")]
    jieba: Option<Arc<jieba_rs::Jieba>>,
}

impl Tokenizer {
    /// The words of Unicode.
    pub fn unicode() -> Self {
        Self::default()
    }

    /// The words of Unicode, where runs of Chinese characters are cut into words by `jieba`, with its dictionary and
    /// its hidden Markov model for words that are not in it. The dictionary is part of the program.
    ///
    /// ```
    /// use latent_augment::text::Tokenizer;
    ///
    /// let text = Tokenizer::chinese().tokenize("我们在北京学习 machine learning。");
    /// assert_eq!(text.words(), ["我们", "在", "北京", "学习", "machine", "learning"]);
    /// ```
    #[cfg(feature = "chinese")]
    pub fn chinese() -> Self {
        Self { jieba: Some(Arc::new(jieba_rs::Jieba::new())) }
    }

    /// The words of a text and what is between them.
    pub fn tokenize(&self, text: &str) -> TokenizedText {
        let words = text.unicode_word_indices().map(|(start, word)| start..start + word.len());
        #[cfg(feature = "chinese")]
        if let Some(jieba) = &self.jieba {
            return TokenizedText::new(text, cut_chinese(jieba, text, words));
        }
        TokenizedText::new(text, words)
    }

    /// The words of a text in lower case.
    pub(crate) fn folded_words(&self, text: &str) -> Vec<String> {
        self.tokenize(text).words().iter().map(|word| super::tokenized::folded(word)).collect()
    }
}

/// Cuts each run of Chinese characters again.
#[cfg(feature = "chinese")]
fn cut_chinese(jieba: &jieba_rs::Jieba, text: &str, words: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut runs: Vec<(bool, Range<usize>)> = Vec::new();
    for word in words {
        let han = text[word.clone()].chars().all(is_han);
        match runs.last_mut() {
            Some((true, run)) if han && run.end == word.start => run.end = word.end,
            _ => runs.push((han, word)),
        }
    }
    let mut cut = Vec::with_capacity(runs.len());
    for (han, run) in runs {
        if !han {
            cut.push(run);
            continue;
        }
        let mut start = run.start;
        for word in jieba.cut(&text[run], true) {
            cut.push(start..start + word.word.len());
            start += word.word.len();
        }
    }
    cut
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(feature = "chinese")]
        if self.jieba.is_some() {
            return f.write_str("Tokenizer::chinese()");
        }
        f.write_str("Tokenizer::unicode()")
    }
}
