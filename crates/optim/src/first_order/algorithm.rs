//! What tells one first-order optimiser from another.

use super::FirstOrder;
use crate::OptimError;
use crate::block::Block;
use latent_numeric::Scalar;

/// A first-order optimiser as its formula: settings, what is kept for each element, and the update of one element from
/// its gradient.
///
/// [`FirstOrder`] does everything else: groups, schedules, decomposition into blocks, state that is saved. So an
/// algorithm of one's own is its formula:
///
/// ```
/// use latent_layers::Parameter;
/// use latent_numeric::Scalar;
/// use latent_optim::{Algorithm, Block, OptimError, Optimizer};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// /// `p - lr sign(g)`
/// #[derive(Clone)]
/// struct SignDescent {
///     learning_rate: f64,
/// }
///
/// impl Algorithm for SignDescent {
///     const NAME: &'static str = "sign_descent";
///     type Coefficients<E: Scalar> = E;
///
///     fn check(&self) -> Result<(), OptimError> {
///         Ok(())
///     }
///     fn learning_rate(&self) -> f64 {
///         self.learning_rate
///     }
///     fn slots(&self) -> Vec<&'static str> {
///         vec![]
///     }
///     fn coefficients<E: Scalar>(&self, learning_rate: f64, _step: u64) -> E {
///         E::of(learning_rate)
///     }
///     fn update<E: Scalar>(lr: &E, block: Block<'_, E>) {
///         let lr = *lr;
///         block.update(|p, g, []| (p - lr * g.signum(), []));
///     }
/// }
///
/// let w = Parameter::new(array![1.0_f32, 1.0]);
/// let mut optimizer = SignDescent { learning_rate: 0.5 }.optimizer().unwrap();
/// optimizer.step(&[("w".into(), &w)], &[Tensor::constant(array![3.0, -0.1])]).unwrap();
/// assert_eq!(w.tensor().to_array(), array![0.5, 1.5].into_dyn());
/// ```
pub trait Algorithm: Clone + Send + Sync + 'static {
    /// What it is called in errors, configurations and saved state.
    const NAME: &'static str;

    /// The numbers of one step that are the same for all elements.
    type Coefficients<E: Scalar>: Copy + Send + Sync;

    /// Whether the settings are in their domains.
    ///
    /// # Errors
    /// If not: which one, what it is, and the domain.
    fn check(&self) -> Result<(), OptimError>;

    /// The learning rate, which schedules multiply.
    fn learning_rate(&self) -> f64;

    /// The names of the numbers kept for each element, at most [`MAX_SLOTS`](crate::MAX_SLOTS).
    fn slots(&self) -> Vec<&'static str>;

    /// The value of the numbers kept for each element before the first step.
    fn initial(&self) -> f64 {
        0.0
    }

    /// The numbers of a step that are the same for all elements; steps are counted from one.
    fn coefficients<E: Scalar>(&self, learning_rate: f64, step: u64) -> Self::Coefficients<E>;

    /// Makes the step for a block of elements, by [`Block::update`].
    fn update<E: Scalar>(coefficients: &Self::Coefficients<E>, block: Block<'_, E>);

    /// The optimiser with these settings.
    ///
    /// # Errors
    /// If a setting is outside its domain.
    fn optimizer<E: Scalar>(self) -> Result<FirstOrder<Self, E>, OptimError> {
        FirstOrder::new(self)
    }
}
