//! Checks of the numbers and the sides of filters in a configuration.

use crate::sparse::windows::Windows;
use latent_train::config::Problems;

/// Notes numbers of filters that are zero or given twice, and a bank to be drawn that is none of them.
pub fn check(filters: &[usize], drawn: usize, problems: &mut Problems) {
    let fit = !filters.is_empty() && filters.iter().all(|&size| size >= 1);
    let each_once = filters.iter().enumerate().all(|(at, size)| !filters[..at].contains(size));
    let expected = "must be at least one number, each at least 1 and none twice";
    problems.require(fit && each_once, "filters", format!("{expected}, got {filters:?}"));
    problems.require(filters.contains(&drawn), "drawn", format!("must be one of filters, {filters:?}, got {drawn}"));
}

/// Notes a side of filters that is none, or too large for the windows.
pub fn check_side(side: usize, windows: &Windows, problems: &mut Problems) {
    problems.require((2..=32).contains(&side), "side", format!("must be from 2 to 32, got {side}"));
    let (least, window) = (2 * side, windows.side);
    let expected = format!("must be at least {least}, twice the side of a filter, got {window}");
    problems.require(window >= least, "windows.side", expected);
}
