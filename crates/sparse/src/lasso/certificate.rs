//! The proof that comes with a code.

use serde::{Deserialize, Serialize};

/// Why a solver stopped on a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The relative duality gap fell to the tolerance.
    Converged,
    /// The iterations were used up first.
    MaxIterations,
    /// Rounding errors keep the gap above the tolerance: no further progress in this scalar type.
    Precision,
    /// A greedy method chose as many atoms as it was asked for.
    AtomCount,
    /// A greedy method reached the residual norm it was asked for.
    ResidualNorm,
    /// A greedy method found no further atom that lowers the residual.
    NoFurtherAtom,
    /// Lambda is at or above lambda_max: the zero code is optimal, and there was nothing to do. Said by the
    /// convolutional solvers.
    LambdaMax,
}

/// How good one code `z` of a sample `x` is: its objective by term, and its duality gap, computed from the residual
/// `r = x - W z` itself.
///
/// The dual point is `theta = s r`, with the largest `s <= 1` for which
/// `|w_j' r - l2 z_j| s <= lambda_j` holds for every atom (without the absolute value where codes are
/// held positive). The gap bounds the distance to the optimum: `F(z) - F(z*) <= gap`. At
/// `lambda = 0` a feasible `s` above 0 needs `W' r = l2 z` exactly, so this gap says little there.
///
/// Where `l2 > 0` the residual itself is a dual point too, whatever its correlations `v = W' r`: the conjugate of the
/// penalty is `sum_j max(|v_j| - lambda_j, 0)^2 / (2 l2)`. The smaller of the two gaps counts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// `1/2 ||x - W z||^2`.
    pub data_term: f64,
    /// `sum_j lambda_j |z_j|`.
    pub l1_term: f64,
    /// `l2/2 ||z||^2`.
    pub l2_term: f64,
    /// `F(z)` minus the dual objective, at least 0 up to rounding.
    pub gap: f64,
    /// `gap / (1/2 ||x||^2)`; 0 for a zero sample.
    pub relative_gap: f64,
    /// The number of non-zero coefficients.
    pub support: usize,
    /// Iterations made, in the solver's own unit.
    pub iterations: usize,
    /// Why the solver ended.
    pub stop: StopReason,
}

impl Certificate {
    /// The objective `F(z)`, the sum of the three terms.
    pub fn objective(&self) -> f64 {
        self.data_term + self.l1_term + self.l2_term
    }
}

/// The parts of the objective and gap of one sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub data: f64,
    pub l1: f64,
    pub l2: f64,
    pub gap: f64,
    pub relative_gap: f64,
}
