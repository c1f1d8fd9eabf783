//! ISTA and FISTA on the lasso.

use super::steps::{Momentum, Rows, StepSize, Steps};
use super::{Block, Lasso, Outcome, Prepared};
use crate::kernels::proximal_step;
use latent_numeric::{Scalar, compiled_here};

/// Proximal gradient made ready for one lasso.
pub(super) struct ProximalGradient<'p, E: Scalar> {
    lasso: &'p Lasso<'p, E>,
    steps: Steps<E>,
}

#[compiled_here]
impl<'p, E: Scalar> ProximalGradient<'p, E> {
    pub fn new(lasso: &'p Lasso<'p, E>, step_size: StepSize, momentum: Momentum) -> Self {
        let first_lipschitz = step_size.first_lipschitz(lasso.hessian(), || lasso.lipschitz());
        Self { lasso, steps: Steps { step_size, momentum, first_lipschitz } }
    }
}

#[compiled_here]
impl<E: Scalar> Prepared<E> for ProximalGradient<'_, E> {
    /// Runs every row of the block to its end.
    fn solve(&self, block: Block<'_, E>) {
        let (codes, correlations) = (block.codes.to_owned(), block.correlations.to_owned());
        let max_iterations = block.stop.max_iterations;
        let mut rows = OfLasso { lasso: self.lasso, block };
        self.steps.run(self.lasso.hessian(), codes, correlations, max_iterations, &mut rows);
    }
}

/// The samples of a block with the penalty of the lasso.
struct OfLasso<'p, 'b, E: Scalar> {
    lasso: &'p Lasso<'p, E>,
    block: Block<'b, E>,
}

impl<E: Scalar> Rows<E> for OfLasso<'_, '_, E> {
    fn step(&self, row: usize, step: E, [y, hy, b]: [&[E]; 3], out: &mut [E]) {
        proximal_step(self.lasso.penalty(self.block.lambda[row]), step, y, hy, b, out);
    }

    fn varying_objective(&self, row: usize, [z, hz, b]: [&[E]; 3]) -> f64 {
        self.lasso.penalty(self.block.lambda[row]).varying_objective(z, hz, b)
    }

    fn settle(&mut self, row: usize, iterations: usize, [z, hz, b]: [&[E]; 3], q: &mut [E]) -> bool {
        self.block.settle(self.lasso, row, iterations, [z, b, hz], q)
    }

    fn leave(&mut self, row: usize, z: &[E], outcome: Outcome) {
        self.block.leave(row, z, outcome);
    }
}
