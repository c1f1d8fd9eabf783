//! The fast iterative shrinkage-thresholding algorithm.

use super::proximal_gradient::ProximalGradient;
use super::steps::Momentum;
use super::{Lasso, Prepared, Solver, StepSize};
use crate::SparseError;
use latent_numeric::{Scalar, compiled_here};
use serde::{Deserialize, Serialize};

/// FISTA: the shrinkage step of [`Ista`](super::Ista), taken from an extrapolated point.
///
/// ```text
/// z_k     = shrink(y_k - 1/L (H y_k - b), lambda / L)
/// t_{k+1} = (1 + sqrt(1 + 4 t_k^2)) / 2
/// y_{k+1} = z_k + (t_k - 1) / t_{k+1} (z_k - z_{k-1})
/// ```
///
/// `F(z_k) - F* <= 2 L ||z_0 - z*||^2 / (k + 1)^2` (Beck and Teboulle 2009, theorem 4.4), also when
/// monotone, but not promised with restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fista {
    /// How `L` is found.
    pub step_size: StepSize,
    /// Drops the momentum of a sample whenever it points against the step: `<y - z_k, z_k - z_{k-1}> > 0`
    /// (O'Donoghue and Candes 2015, the gradient scheme). Linear convergence without knowing any constant.
    pub restart: bool,
    /// Keeps the old iterate where a step would raise the objective (MFISTA, Beck and Teboulle 2009b).
    pub monotone: bool,
}

impl Fista {
    /// FISTA with adaptive restart, the fastest of the family in most cases.
    pub fn restarted() -> Self {
        Self { restart: true, ..Self::default() }
    }
}

#[compiled_here]
impl<E: Scalar> Solver<E> for Fista {
    fn name(&self) -> &'static str {
        match (self.restart, self.monotone) {
            (false, false) => "FISTA",
            (true, false) => "restarted FISTA",
            (false, true) => "monotone FISTA",
            (true, true) => "restarted monotone FISTA",
        }
    }

    fn prepare<'p>(&self, lasso: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError> {
        let momentum = Momentum::Nesterov { restart: self.restart, monotone: self.monotone };
        Ok(Box::new(ProximalGradient::new(lasso, self.step_size, momentum)))
    }
}
