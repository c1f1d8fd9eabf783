//! What is known of one code.

use crate::lasso::StopReason;
use serde::{Deserialize, Serialize};

/// A code `z` with the duality gap that it leaves, computed from the residual `r = x - W z` itself.
///
/// With `q = W' r` and the largest `s <= 1` for which `g*(s q)` is finite
///
/// ```text
/// gap = g(z) + g*(s q) - s <z, q> + (1 - s)^2 / 2 ||r||^2  >=  F(z) - F(z*)
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GapCertificate {
    /// `1/2 ||x - W z||^2`.
    pub data_term: f64,
    /// `g(z)`.
    pub penalty: f64,
    /// The bound on `F(z) - F(z*)`, at least 0 up to rounding.
    pub gap: f64,
    /// `gap / (1/2 ||x||^2)`; the gap itself for a zero sample.
    pub relative_gap: f64,
    /// The number of non-zero coefficients.
    pub support: usize,
    /// Steps made.
    pub iterations: usize,
    /// Why they ended.
    pub stop: StopReason,
}

impl GapCertificate {
    /// The objective `F(z)`, the sum of data term and penalty.
    pub fn objective(&self) -> f64 {
        self.data_term + self.penalty
    }
}

/// A code `z` with the length of the proximal gradient step from it, computed from the residual itself.
///
/// ```text
/// relative step = ||prox(z + 1/L W' (x - W z)) - z|| / max(||z||, ||W' x|| / L)
/// ```
///
/// with the largest eigenvalue `L` of `W' W`. It is 0 exactly at the fixed points of the step: at the minima where the
/// penalty is convex. How far the minimum is, it does not say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepCertificate {
    /// `1/2 ||x - W z||^2`.
    pub data_term: f64,
    /// `g(z)`.
    pub penalty: f64,
    /// The length of the next step, relative to the larger of the code and the first gradient step from zero.
    pub relative_step: f64,
    /// Whether the penalty is convex, so that a fixed point is a minimum.
    pub convex: bool,
    /// The number of non-zero coefficients.
    pub support: usize,
    /// Steps made.
    pub iterations: usize,
    /// Why they ended. [`Converged`](StopReason::Converged): the step fell to the tolerance.
    pub stop: StopReason,
}

impl StepCertificate {
    /// The objective `F(z)`, the sum of data term and penalty.
    pub fn objective(&self) -> f64 {
        self.data_term + self.penalty
    }
}
