//! What all optimisers have in common.

use crate::average::Following;
use crate::{Clip, OptimError, SavedState};
use latent_layers::Parameter;
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use std::error::Error;

/// Parameters with their paths, as [`Module::parameters`](latent_layers::Module::parameters) lists them.
pub type Named<'a, E> = [(String, &'a Parameter<E>)];

/// The loss and its gradients at the present parameters, or why they could not be had.
pub type Evaluation<E> = Result<(f64, Vec<Tensor<E>>), Box<dyn Error + Send + Sync>>;

/// Changes parameters so that a loss falls.
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
    /// What it is called: `adam`, `sgd`, ...
    fn name(&self) -> &'static str;

    /// The number of steps made so far.
    fn steps(&self) -> u64;

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

    /// [`step_with`](Self::step_with), of default options.
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

    /// All that the next steps depend on, settings and parameters apart.
    fn save(&self) -> SavedState<E>;

    /// Goes on where the optimiser that was saved stood: with the same settings and parameters, bit for bit.
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

/// What is done in a step beside the optimiser's own work, in the same pass over memory.
#[derive(Debug)]
pub struct StepOptions<'a, E: Scalar = f32> {
    /// What keeps the gradients small.
    pub clip: Clip,
    /// An average of the parameters that is updated with the step.
    pub average: Option<Following<'a, E>>,
}

impl<E: Scalar> Default for StepOptions<'_, E> {
    fn default() -> Self {
        Self { clip: Clip::None, average: None }
    }
}

/// What is known after a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepReport {
    /// The norm of all gradients together before they were clipped, where it was computed for clipping; that of the
    /// first evaluation, if there were several.
    pub gradient_norm: Option<f64>,
    /// The loss before the step, where the optimiser evaluated it.
    pub loss: Option<f64>,
}

/// How many elements the shapes have, and where parameters and gradients do not match.
pub(crate) fn matched<E: Scalar>(parameters: &Named<'_, E>, gradients: &[Tensor<E>]) -> Result<(), OptimError> {
    let what = "the gradients";
    if parameters.len() != gradients.len() {
        let line = format!("{} gradients for {} parameters", gradients.len(), parameters.len());
        return OptimError::if_any(what, vec![line]);
    }
    let pairs = parameters.iter().zip(gradients);
    let differing = pairs.filter_map(|((path, parameter), gradient)| {
        let shape = parameter.shape();
        (shape != gradient.shape())
            .then(|| format!("{path}: the parameter has the shape {shape:?}, its gradient {:?}", gradient.shape()))
    });
    OptimError::if_any(what, differing.collect())
}

/// The parameters that an optimiser has been given in its first step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(Vec<(String, Vec<usize>)>);

impl Known {
    /// These, of which none may be there twice.
    pub fn new<E: Scalar>(parameters: &Named<'_, E>) -> Result<Self, OptimError> {
        distinct(parameters)?;
        let known: Vec<_> = parameters.iter().map(|(path, parameter)| (path.clone(), parameter.shape())).collect();
        let mut paths: Vec<&str> = known.iter().map(|(path, _)| path.as_str()).collect();
        paths.sort_unstable();
        let twice = paths.windows(2).filter(|two| two[0] == two[1]);
        OptimError::if_any("the paths", twice.map(|two| format!("{} is there twice", two[0])).collect())?;
        Ok(Self(known))
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &(String, Vec<usize>)> {
        self.0.iter()
    }

    /// Whether the parameters are still the same.
    pub fn check<E: Scalar>(&self, parameters: &Named<'_, E>) -> Result<(), OptimError> {
        distinct(parameters)?;
        let what = "the parameters of the steps before";
        let mut mismatches = Vec::new();
        if parameters.len() != self.0.len() {
            mismatches.push(format!("there are {} parameters, there were {}", parameters.len(), self.0.len()));
        }
        for ((path, parameter), (known, shape)) in parameters.iter().zip(&self.0) {
            if path != known {
                mismatches.push(format!("{path} is in the place of {known}"));
            } else if parameter.shape() != *shape {
                mismatches.push(format!("{path} has the shape {:?}, it had {shape:?}", parameter.shape()));
            }
        }
        OptimError::if_any(what, mismatches)
    }
}

/// A parameter under two paths would be changed twice.
fn distinct<E: Scalar>(parameters: &Named<'_, E>) -> Result<(), OptimError> {
    let mut addresses: Vec<(usize, &str)> =
        parameters.iter().map(|(path, parameter)| (std::ptr::from_ref(*parameter).addr(), path.as_str())).collect();
    addresses.sort_unstable();
    let twice = addresses.windows(2).filter(|two| two[0].0 == two[1].0);
    let lines = twice.map(|two| format!("{} and {} are the same parameter", two[0].1, two[1].1)).collect();
    OptimError::if_any("the paths", lines)
}
