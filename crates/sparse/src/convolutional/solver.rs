//! What a solver is.

use super::ConvolutionalLasso;
use super::sample::Sample;
use crate::SparseError;
use crate::lasso::Outcome;
use latent_numeric::Scalar;
use std::fmt::Debug;

/// A method that finds the maps of images: its settings. It owns no problem and no data.
///
/// [`Ista`](crate::lasso::Ista), [`Fista`](crate::lasso::Fista), [`Admm`](super::Admm) and
/// [`GreedyCoordinateDescent`](super::GreedyCoordinateDescent), and learned encoders
/// ([`ConvLista`](crate::lista::ConvLista)); others cannot be added from outside.
pub trait Solver<E: Scalar>: Method<E> + Debug + Send + Sync {
    /// Its name, as results and plots show it.
    fn name(&self) -> &'static str;
}

/// How a solver works on the inner form of a problem.
pub trait Method<E: Scalar> {
    /// Whether the settings make sense, and suit the problem.
    fn check(&self, problem: &ConvolutionalLasso<'_, E>) -> Result<(), SparseError>;

    /// Improves the maps of one image, which are in the layout of its operator.
    fn solve(&self, sample: &Sample<'_, E>, maps: &mut [E]) -> Outcome;
}
