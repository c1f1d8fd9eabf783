//! Banks of filters in words.

use crate::DatasetName;
use crate::sparse::windows::{WindowSplits, Windows};
use latent_sparse::convolutional::Filters;
use latent_train::progress::grouped;
use std::fmt::Write;

/// Banks as `--dry-run` shows them, a line each; the numbers of a bank are `numbers` of those of its filters and their
/// count.
pub fn table<'f>(banks: impl IntoIterator<Item = &'f Filters<f32>>, numbers: fn(usize, usize) -> usize) -> String {
    banks.into_iter().fold(String::new(), |mut text, bank| {
        let (filters, channels, height, width) = bank.array().dim();
        let numbers = grouped(numbers(filters * channels * height * width, filters) as u64);
        let _ = writeln!(text, "bank          {filters} filters, {channels} x {height} x {width}: {numbers} numbers");
        text
    })
}

/// The numbers of filters, for a sentence.
pub fn sizes_in_words(sizes: &[usize]) -> String {
    sizes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What was learned from what: the head of the results.
pub fn headline(
    dataset: &DatasetName,
    (side, lambda): (usize, f64),
    (windows, data): (&Windows, &WindowSplits),
    learning: &str,
) -> String {
    format!(
        "{dataset}: filters of {side} x {side} pixels at lambda {lambda}, learned from {} windows of {window} x {window} \
         pixels, {learning}",
        grouped(data.train.nrows() as u64),
        window = windows.side,
    )
}
