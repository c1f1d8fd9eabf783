//! The iterative shrinkage-thresholding algorithm.

use super::proximal_gradient::ProximalGradient;
use super::steps::Momentum;
use super::{Lasso, Prepared, Solver, StepSize};
use crate::SparseError;
use latent_numeric::{Scalar, compiled_here};
use serde::{Deserialize, Serialize};

/// ISTA: a gradient step on the smooth part, then shrinkage.
///
/// ```text
/// z <- shrink(z - 1/L (H z - b), lambda / L)
/// ```
///
/// The objective never rises, and `F(z_k) - F* <= L ||z_0 - z*||^2 / (2 k)`. An iteration is one such
/// step. Source: Daubechies, Defrise and De Mol 2004; the bound: Beck and Teboulle 2009, theorem 3.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ista {
    /// How `L` is found.
    pub step_size: StepSize,
}

#[compiled_here]
impl<E: Scalar> Solver<E> for Ista {
    fn name(&self) -> &'static str {
        "ISTA"
    }

    fn prepare<'p>(&self, lasso: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError> {
        Ok(Box::new(ProximalGradient::new(lasso, self.step_size, Momentum::None)))
    }
}
