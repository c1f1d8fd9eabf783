//! Where sentences begin and end.

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// The sentences of a text by Unicode Standard Annex 29, without the space around them, as ranges of bytes in order.
///
/// A capital after a full stop begins a sentence, so `Mr. Smith` has an end in it.
///
/// ```
/// use latent_augment::text::sentences;
///
/// let text = "It rains. Does it?  下雨了。是的。";
/// let found: Vec<&str> = sentences(text).map(|range| &text[range]).collect();
/// assert_eq!(found, ["It rains.", "Does it?", "下雨了。", "是的。"]);
/// ```
pub fn sentences(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_sentence_bound_indices().filter_map(|(start, sentence)| {
        let trimmed = sentence.trim();
        let start = start + (sentence.len() - sentence.trim_start().len());
        (!trimmed.is_empty()).then_some(start..start + trimmed.len())
    })
}
