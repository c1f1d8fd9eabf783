//! How many filters banks may have, and what their figures are called.

use crate::windows::Windows;
use latent_train::config::Problems;

/// Names of the figures of a bank.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    size: usize,
    /// Of its objective.
    pub objective: &'static str,
    /// Of its share of coefficients that are not zero.
    pub density: &'static str,
    /// Of what its encoder's codes add to the energy.
    pub prediction: &'static str,
}

macro_rules! names {
    ($($size:literal),*) => {
        [$(Names {
            size: $size,
            objective: concat!("objective_", $size),
            density: concat!("density_", $size),
            prediction: concat!("prediction_", $size),
        }),*]
    };
}

const ALL: [Names; 8] = names![1, 2, 4, 8, 16, 32, 64, 128];

/// The names of a bank of so many filters, if it may have so many: a power of two up to 128.
pub fn names(size: usize) -> Option<Names> {
    ALL.into_iter().find(|names| names.size == size)
}

/// Notes sizes that banks may not have, and a bank to be drawn that is none of them.
pub fn check(filters: &[usize], drawn: usize, problems: &mut Problems) {
    let known = !filters.is_empty() && filters.iter().all(|&size| names(size).is_some());
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
