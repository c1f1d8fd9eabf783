//! What all optimisers have in common.

use crate::average::Following;
use crate::parameters::Named;
use crate::{Clip, OptimError, SavedState};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use std::error::Error;

/// The loss and its gradients at the present parameters, or why they could not be had.
pub type Evaluation<E> = Result<(f64, Vec<Tensor<E>>), Box<dyn Error + Send + Sync>>;

/// An optimiser: changes parameters, step by step along gradients, so that a loss falls.
///
/// The parameters of the first step, their order and their shapes are those of every later one.
///
/// Let go of the loss and of the tensors of the parameters before a step: what still holds a parameter's value keeps
/// it, so that the step has to make a copy.
///
/// ```
/// use latent_layers::Parameter;
/// use latent_optim::{Algorithm, Optimizer, Sgd};
/// use latent_tensor::{GradOptions, grad};
/// use ndarray::array;
///
/// let w = Parameter::<f64>::new(array![1.0, -2.0]);
/// let mut optimizer: Box<dyn Optimizer<f64>> =
///     Box::new(Sgd { learning_rate: 0.5, ..Sgd::default() }.optimizer().unwrap());
/// let parameters = [("w".to_string(), &w)];
/// for _ in 0..10 {
///     let gradients = {
///         let x = w.tensor();
///         grad(&[x.square().sum()], &[x], GradOptions::default())
///     };
///     optimizer.step(&parameters, &gradients).unwrap();
/// }
/// assert_eq!(optimizer.steps(), 10);
/// assert_eq!(w.tensor().to_array(), array![0.0, 0.0].into_dyn());
/// ```
pub trait Optimizer<E: Scalar = f32>: Send {
    /// The name of the algorithm, as in configurations and saved state: `adam`, `sgd`, ...
    fn name(&self) -> &'static str;

    /// The number of steps made so far.
    fn steps(&self) -> u64;

    /// Whether a step evaluates the loss itself, several times, so that it needs
    /// [`step_closure`](Self::step_closure).
    fn evaluates_loss(&self) -> bool {
        false
    }

    /// The learning rates of the next step: that of all parameters in no group, then those of the groups.
    fn learning_rates(&self) -> Vec<f64>;

    /// One step with these gradients, each of the shape of its parameter, in any layout.
    ///
    /// # Errors
    /// If parameters and gradients do not match each other, or the parameters are not those of the steps before; if
    /// clipping finds a gradient that is not finite; if the optimiser must evaluate the loss itself. Nothing is
    /// changed then.
    fn step_with(
        &mut self,
        parameters: &Named<'_, E>,
        gradients: &[Tensor<E>],
        options: StepOptions<'_, E>,
    ) -> Result<StepReport, OptimError>;

    /// One step with these gradients, without clipping and without an average: [`step_with`](Self::step_with) of
    /// default options.
    ///
    /// # Errors
    /// Those of [`step_with`](Self::step_with).
    fn step(&mut self, parameters: &Named<'_, E>, gradients: &[Tensor<E>]) -> Result<StepReport, OptimError> {
        self.step_with(parameters, gradients, StepOptions::default())
    }

    /// One step of an optimiser that may evaluate the loss several times; others do so once. The report has the
    /// loss before the step.
    ///
    /// ```
    /// use latent_layers::Parameter;
    /// use latent_optim::{Lbfgs, Optimizer, StepOptions};
    /// use latent_tensor::{GradOptions, grad};
    /// use ndarray::array;
    ///
    /// let w = Parameter::<f64>::new(array![3.0, -2.0]);
    /// let mut evaluate = || {
    ///     let x = w.tensor();
    ///     let loss = (&x - 1.0).square().sum();
    ///     Ok((loss.item(), grad(&[loss], &[x], GradOptions::default())))
    /// };
    /// let mut lbfgs = Lbfgs::default().optimizer().unwrap();
    /// let report = lbfgs.step_closure(&[("w".into(), &w)], &mut evaluate, StepOptions::default()).unwrap();
    /// assert_eq!(report.loss, Some(13.0));
    /// assert!((w.tensor().to_array() - 1.0).iter().all(|d| d.abs() < 1e-9));
    /// ```
    ///
    /// # Errors
    /// Those of [`step_with`](Self::step_with), and those of the closure.
    fn step_closure(
        &mut self,
        parameters: &Named<'_, E>,
        evaluate: &mut dyn FnMut() -> Evaluation<E>,
        options: StepOptions<'_, E>,
    ) -> Result<StepReport, OptimError> {
        let (loss, gradients) = evaluate().map_err(OptimError::Closure)?;
        if !loss.is_finite() {
            return Err(OptimError::NonFiniteLoss { value: loss, evaluation: 1 });
        }
        let report = self.step_with(parameters, &gradients, options)?;
        Ok(StepReport { loss: Some(loss), ..report })
    }

    /// The number of steps and the numbers kept for each element: all that the next steps depend on, beside settings
    /// and parameters.
    fn save(&self) -> SavedState<E>;

    /// Takes up the state of an optimiser that was saved, whose next steps this one then makes bit for bit, if it has
    /// the same settings and parameters.
    ///
    /// ```
    /// use latent_layers::Parameter;
    /// use latent_optim::{Adam, Algorithm, Optimizer, SavedState};
    /// use latent_tensor::Tensor;
    ///
    /// let w = Parameter::<f32>::new(ndarray::array![1.0]);
    /// let parameters = [("w".to_string(), &w)];
    /// let mut adam = Adam::default().optimizer::<f32>().unwrap();
    /// adam.step(&parameters, &[Tensor::ones(&[1])]).unwrap();
    /// let bytes = adam.save().to_bytes();
    ///
    /// let mut resumed = Adam::default().optimizer::<f32>().unwrap();
    /// resumed.load(&parameters, &SavedState::from_bytes(&bytes).unwrap()).unwrap();
    /// assert_eq!(resumed.save(), adam.save());
    /// ```
    ///
    /// # Errors
    /// If the state is of another optimiser, or its tensors are not those of these settings and parameters: all
    /// differences. Nothing is changed then.
    fn load(&mut self, parameters: &Named<'_, E>, state: &SavedState<E>) -> Result<(), OptimError>;
}

/// What a step does beside the optimiser's own update, in the same pass over memory: clipping, and averaging of
/// weights.
#[derive(Debug)]
pub struct StepOptions<'a, E: Scalar = f32> {
    /// How the gradients are clipped.
    pub clip: Clip,
    /// An average of the parameters that is updated with the step.
    pub average: Option<Following<'a, E>>,
}

impl<E: Scalar> Default for StepOptions<'_, E> {
    fn default() -> Self {
        Self { clip: Clip::None, average: None }
    }
}

/// The norm of the gradients and the loss of a step, where the step computed them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepReport {
    /// The norm of all gradients together before they were clipped, where it was computed: for clipping by it, and
    /// by L-BFGS, of the first evaluation.
    pub gradient_norm: Option<f64>,
    /// The loss before the step, where the optimiser evaluated it.
    pub loss: Option<f64>,
}
