//! What a solver is.

use super::{Block, Lasso};
use crate::SparseError;
use latent_numeric::Scalar;
use std::fmt::Debug;

/// A method that codes samples: its settings, or what it has learned. It owns no problem and no data.
///
/// Whatever a solver does, the certificates of its codes are computed from the codes alone. One of your own:
///
/// ```
/// use latent_sparse::lasso::{Block, Lasso, LassoParams, Outcome, Prepared, Solver, Stop, StopReason};
/// use latent_sparse::prox::soft_threshold;
/// use latent_sparse::{Dictionary, SparseError};
/// use ndarray::array;
///
/// /// A gradient step, then shrinkage, as often as is allowed.
/// #[derive(Debug)]
/// struct PlainIsta;
///
/// impl Solver<f64> for PlainIsta {
///     fn name(&self) -> &'static str {
///         "plain ISTA"
///     }
///
///     fn prepare<'p>(&'p self, lasso: &'p Lasso<'p, f64>) -> Result<Box<dyn Prepared<f64> + 'p>, SparseError> {
///         if lasso.params().positive || lasso.params().weights.is_some() {
///             return Err(SparseError::Unsupported { solver: "plain ISTA", option: "weights and positive codes" });
///         }
///         Ok(Box::new(OnLasso { lasso, step: 1.0 / lasso.lipschitz() }))
///     }
/// }
///
/// struct OnLasso<'p> {
///     lasso: &'p Lasso<'p, f64>,
///     step: f64,
/// }
///
/// impl Prepared<f64> for OnLasso<'_> {
///     fn solve(&self, mut block: Block<'_, f64>) {
///         for _ in 0..block.stop.max_iterations {
///             let slopes = &block.correlations - &block.codes.dot(&self.lasso.hessian());
///             block.codes.scaled_add(self.step, &slopes);
///             for (mut code, &lambda) in block.codes.rows_mut().into_iter().zip(block.lambda) {
///                 code.mapv_inplace(|z| soft_threshold(z, self.step * lambda));
///             }
///         }
///         block.outcomes.fill(Outcome { iterations: block.stop.max_iterations, stop: StopReason::MaxIterations });
///     }
/// }
///
/// let dictionary = Dictionary::new(array![[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])?;
/// let lasso = Lasso::new(&dictionary, LassoParams::new(0.1))?;
/// let codes = lasso.solve(array![[1.2, 1.6]].view(), &PlainIsta, &Stop::gap(1e-6).max_iterations(500))?;
/// assert_eq!(codes.certificates[0].stop, StopReason::Converged);
/// # Ok::<(), SparseError>(())
/// ```
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
