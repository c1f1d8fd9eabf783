//! What a user chooses: the penalty, and when to stop.

use crate::SparseError;
use crate::error::require;
use latent_numeric::Scalar;
use ndarray::Array1;
use serde::{Deserialize, Serialize};

/// The weight of the l1 term.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lambda<E> {
    /// The same `lambda >= 0` for every sample.
    Absolute(E),
    /// A fraction in [0, 1] of each sample's own `lambda_max = max_j |w_j' x| / weight_j`, the smallest
    /// lambda at which its code is zero.
    FractionOfMax(E),
}

/// The penalty of a [`Lasso`](super::Lasso), unchecked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LassoParams<E> {
    /// The weight of the l1 term.
    pub lambda: Lambda<E>,
    /// A positive factor of lambda for each atom; 1 where none are given.
    pub weights: Option<Array1<E>>,
    /// The weight `l2 >= 0` of the term `l2/2 ||z||^2` (elastic net).
    pub l2: E,
    /// Whether codes are held to `z >= 0`.
    pub positive: bool,
}

impl<E: Scalar> LassoParams<E> {
    /// The plain lasso with this lambda.
    pub fn new(lambda: E) -> Self {
        Self { lambda: Lambda::Absolute(lambda), weights: None, l2: E::zero(), positive: false }
    }

    /// The plain lasso with this fraction of each sample's `lambda_max`.
    pub fn fraction_of_max(fraction: E) -> Self {
        Self { lambda: Lambda::FractionOfMax(fraction), ..Self::new(E::zero()) }
    }

    /// The same penalty with one factor of lambda for each atom.
    #[must_use]
    pub fn weights(self, weights: Array1<E>) -> Self {
        Self { weights: Some(weights), ..self }
    }

    /// The same penalty with the term `l2/2 ||z||^2` (elastic net).
    #[must_use]
    pub fn l2(self, l2: E) -> Self {
        Self { l2, ..self }
    }

    /// The same penalty with codes held to `z >= 0`.
    #[must_use]
    pub fn positive(self) -> Self {
        Self { positive: true, ..self }
    }
}

/// When a solver stops on a sample: at a relative duality gap, or after so many iterations; unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    /// The relative duality gap `gap(z) / (1/2 ||x||^2)` at which a code is good enough, >= 0.
    pub relative_gap: f64,
    /// The most iterations (in the solver's own unit) spent on a sample.
    pub max_iterations: usize,
}

impl Stop {
    /// Stops at this relative duality gap, or after 10,000 iterations.
    pub fn gap(relative_gap: f64) -> Self {
        Self { relative_gap, max_iterations: 10_000 }
    }

    /// Stops after exactly this many iterations, unless a code is exactly optimal before.
    pub fn after(iterations: usize) -> Self {
        Self { relative_gap: 0.0, max_iterations: iterations }
    }

    /// The same with another bound on the iterations.
    #[must_use]
    pub fn max_iterations(self, max_iterations: usize) -> Self {
        Self { max_iterations, ..self }
    }
}

impl Stop {
    /// Checks the gap.
    pub(crate) fn check(&self) -> Result<(), SparseError> {
        let expected = "a number of at least 0";
        require(self.relative_gap >= 0.0, "the relative gap to stop at", self.relative_gap, expected)
    }
}

impl Default for Stop {
    /// A relative duality gap of 1e-4.
    fn default() -> Self {
        Self::gap(1e-4)
    }
}
