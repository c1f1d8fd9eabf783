//! What a solver is.

use super::{Block, Lasso};
use crate::SparseError;
use latent_numeric::Scalar;
use std::fmt::Debug;

/// A method that codes samples: its settings, or what it has learned. It owns no problem and no data.
pub trait Solver<E: Scalar>: Debug + Send + Sync {
    /// Its name, as results and plots show it.
    fn name(&self) -> &'static str;

    /// Computes what depends on the problem alone (a step size, a factorisation), once for all samples.
    ///
    /// # Errors
    /// If a setting is out of its domain, or the problem has an option that the method cannot treat.
    fn prepare<'p>(&'p self, lasso: &'p Lasso<'p, E>) -> Result<Box<dyn Prepared<E> + 'p>, SparseError>;
}

/// A solver made ready for one problem.
pub trait Prepared<E: Scalar>: Send + Sync {
    /// Codes the samples of a block, on the calling thread. Must not depend on anything but the block.
    fn solve(&self, block: Block<'_, E>);
}
