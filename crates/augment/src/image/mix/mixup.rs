//! Weighted means of two samples.

use serde::{Deserialize, Serialize};

/// `y = l a + (1 - l) b` with `l ~ Beta(alpha, alpha)`; labels likewise.
///
/// H. Zhang et al., mixup: beyond empirical risk minimization, arXiv:1710.09412.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mixup {
    /// Above 0: small for weights near 0 and 1, 1 for all equally likely.
    pub alpha: f64,
    /// The probability that a sample is mixed at all.
    #[serde(default = "always")]
    pub p: f64,
}

pub(super) fn always() -> f64 {
    1.0
}

impl Mixup {
    /// Every sample is mixed.
    pub fn new(alpha: f64) -> Self {
        Self { alpha, p: always() }
    }
}
