//! Checks of the numbers and the sides of filters in a configuration.

use crate::sparse::windows::Windows;
use latent_sparse::train::is_bank_size;
use latent_train::config::Problems;

/// Notes sizes that banks may not have, and a bank to be drawn that is none of them.
pub fn check(filters: &[usize], drawn: usize, problems: &mut Problems) {
    let known = !filters.is_empty() && filters.iter().all(|&size| is_bank_size(size));
    let each_once = filters.iter().enumerate().all(|(at, size)| !filters[..at].contains(size));
    let expected = "must be powers of two from 1 to 128, at least one and none twice";
    problems.require(known && each_once, "filters", format!("{expected}, got {filters:?}"));
    problems.require(filters.contains(&drawn), "drawn", format!("must be one of filters, {filters:?}, got {drawn}"));
}

/// Notes a side of filters that is none, or too large for the windows.
pub fn check_side(side: usize, windows: &Windows, problems: &mut Problems) {
    problems.require((2..=32).contains(&side), "side", format!("must be from 2 to 32, got {side}"));
    let (least, window) = (2 * side, windows.side);
    let expected = format!("must be at least {least}, twice the side of a filter, got {window}");
    problems.require(window >= least, "windows.side", expected);
}
