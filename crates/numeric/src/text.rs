//! Removal of the byte-order mark from the beginning of a text.

/// The byte-order mark that some editors put before a text in UTF-8.
const MARK: char = '\u{feff}';

/// A text without the byte-order mark that it may begin with: it is no part of the first word.
///
/// ```
/// use latent_numeric::text::without_byte_order_mark;
///
/// assert_eq!(without_byte_order_mark("\u{feff}good bad"), "good bad");
/// assert_eq!(without_byte_order_mark("good \u{feff}bad"), "good \u{feff}bad");
/// ```
pub fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}
