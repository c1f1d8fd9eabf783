//! What a solver is.

use super::ConvolutionalLasso;
use super::sample::Sample;
use crate::SparseError;
use crate::lasso::Outcome;
use latent_numeric::Scalar;
use std::fmt::Debug;

/// A method that finds the maps of images: its settings, or what it has learned. It owns no problem and no data.
///
/// [`Ista`](crate::lasso::Ista), [`Fista`](crate::lasso::Fista), [`Admm`](super::Admm),
/// [`GreedyCoordinateDescent`](super::GreedyCoordinateDescent), learned encoders
/// ([`ConvLista`](crate::lista::ConvLista)), and yours. Whatever a solver does, the certificates of its maps are computed
/// from the maps alone.
///
/// ```
/// use latent_sparse::convolutional::{ConvolutionalLasso, ConvolutionalParams, Filters, Sample, Solver};
/// use latent_sparse::lasso::{Outcome, Stop, StopReason};
/// use latent_sparse::prox::soft_threshold;
/// use ndarray::Array4;
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
///     fn solve(&self, sample: &Sample<'_, f64>, maps: &mut [f64]) -> Outcome {
///         let (step, stop) = (sample.step_size(), sample.stop());
///         for iterations in 0..stop.max_iterations {
///             if sample.relative_gap(maps) <= stop.relative_gap {
///                 return Outcome { iterations, stop: StopReason::Converged };
///             }
///             let residual = sample.residual(&sample.synthesize(maps));
///             for (z, slope) in maps.iter_mut().zip(sample.correlate(&residual)) {
///                 *z = soft_threshold(*z + step * slope, step * sample.lambda());
///             }
///         }
///         Outcome { iterations: stop.max_iterations, stop: StopReason::MaxIterations }
///     }
/// }
///
/// let filters = Filters::new(Array4::from_shape_fn((2, 1, 2, 2), |(k, _, i, j)| if k == i { 0.6 } else { 0.1 * j as f64 }))?;
/// let lasso = ConvolutionalLasso::new(&filters, ConvolutionalParams::fraction_of_max(0.2))?;
/// let images = Array4::from_shape_fn((1, 1, 6, 6), |(_, _, i, j)| (i * j % 3) as f64);
/// let codes = lasso.solve(images.view(), &PlainIsta, &Stop::gap(1e-6))?;
/// assert!(codes.certificates[0].stop == StopReason::Converged && codes.certificates[0].relative_gap <= 1e-6);
/// # Ok::<(), latent_sparse::SparseError>(())
/// ```
pub trait Solver<E: Scalar>: Debug + Send + Sync {
    /// Its name, as results and plots show it.
    fn name(&self) -> &'static str;

    /// Whether the settings make sense, and suit the problem: they do unless a solver says otherwise.
    ///
    /// # Errors
    /// If a setting is out of its domain, or the problem has an option that the method cannot treat.
    fn check(&self, _: &ConvolutionalLasso<'_, E>) -> Result<(), SparseError> {
        Ok(())
    }

    /// Improves the maps of one image, which are in the layout that [`Sample`] tells. Must not depend on anything but
    /// these.
    fn solve(&self, sample: &Sample<'_, E>, maps: &mut [E]) -> Outcome;
}
