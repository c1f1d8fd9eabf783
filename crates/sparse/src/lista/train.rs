//! Training layer after layer.

use super::LayerWise;
use crate::SparseError;
use latent_layers::LayerError;
use latent_numeric::Scalar;
use latent_optim::{Adam, Algorithm, FirstOrder, OptimError, Optimizer, SavedState};
use latent_tensor::{GradOptions, Tensor, grad};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use thiserror::Error;

/// Why training could not go on.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A network was given what it cannot take.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// An optimiser was given what it cannot take.
    #[error(transparent)]
    Optim(#[from] OptimError),
    /// A problem, a sample or a setting is not possible.
    #[error(transparent)]
    Sparse(#[from] SparseError),
    /// A loss that is NaN or infinite. The parameters are as they were before the step.
    #[error("the loss is {value}, expected a finite number")]
    NonFinite {
        /// What it is.
        value: f64,
    },
}

/// The stage-wise schedule of learned encoders.
///
/// For `k = 1, 2, ...`, first the parameters of layer `k` alone (with those that all layers share) are trained to lower
/// the loss of the codes after layer `k`; then all up to there, at each of the `refinements` of the learning rate in
/// turn. Every stage is a new Adam with as many `steps`. Source: Chen, Liu, Wang and Yin, NeurIPS 2018, appendix, which
/// ends a stage where the loss on validation data stops to fall instead.
///
/// The gradients of a stage reach no further back than what it trains. See the [module](super) for an example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StageWise {
    /// The learning rate of the first stage of each layer.
    pub learning_rate: f64,
    /// The learning rates of the later stages of each layer, as factors of the first.
    pub refinements: Vec<f64>,
    /// The steps of the optimiser in each stage.
    pub steps: u64,
}

impl Default for StageWise {
    /// 5e-4, then 0.2 and 0.02 of it, 1000 steps each.
    fn default() -> Self {
        Self { learning_rate: 5e-4, refinements: vec![0.2, 0.02], steps: 1000 }
    }
}

/// A stage of the schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// The codes after so many layers are trained.
    pub layers: usize,
    /// The first layer, counted from 0, that is changed.
    pub from: usize,
    /// The learning rate of Adam.
    pub learning_rate: f64,
}

/// How far training has got.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// The present stage.
    pub stage: Stage,
    /// Steps made, over all stages.
    pub step: u64,
    /// Whether this was the last step of its stage.
    pub stage_ends: bool,
    /// The loss before the step.
    pub loss: f64,
}

impl StageWise {
    /// All stages, in order.
    ///
    /// ```
    /// use latent_sparse::lista::StageWise;
    ///
    /// let stages: Vec<_> = StageWise::default().stages(2).map(|s| (s.layers, s.from, s.learning_rate)).collect();
    /// let expected = [(1, 0, 5e-4), (1, 0, 1e-4), (1, 0, 1e-5), (2, 1, 5e-4), (2, 0, 1e-4), (2, 0, 1e-5)];
    /// assert_eq!(stages, expected);
    /// ```
    pub fn stages(&self, layers: usize) -> impl Iterator<Item = Stage> + '_ {
        (1..=layers).flat_map(move |layers| {
            let first = Stage { layers, from: layers - 1, learning_rate: self.learning_rate };
            let later = self.refinements.iter();
            let later = later.map(move |r| Stage { layers, from: 0, learning_rate: self.learning_rate * r });
            std::iter::once(first).chain(later)
        })
    }

    /// Trains the network. `loss` is given the number of layers and of the step, from 0 over all stages, and answers
    /// with a scalar; `observe` is told of each step and may end the training.
    ///
    /// # Errors
    /// Those of `loss`; if a setting of Adam is outside its domain; if the loss is not finite.
    pub fn train<E: Scalar>(
        &self,
        network: &(impl LayerWise<E> + ?Sized),
        mut loss: impl FnMut(usize, u64) -> Result<Tensor<E>, TrainError>,
        mut observe: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<(), TrainError> {
        let mut trainer = StageTrainer::new(self, network.layers());
        for _ in 0..trainer.stages.len() as u64 * self.steps {
            let now = trainer.step(network, &mut loss)?;
            if observe(now).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Training by a [`StageWise`] schedule, step by step. It can be saved at any step, and goes on exactly.
///
/// ```
/// use latent_sparse::Dictionary;
/// use latent_sparse::lasso::{Lasso, LassoParams};
/// use latent_sparse::lista::{LayerWise, Lista, ListaParams, StageTrainer, StageWise, losses};
/// use latent_tensor::Tensor;
/// use ndarray::array;
///
/// let dictionary = Dictionary::new(array![[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])?;
/// let network = Lista::new(&Lasso::new(&dictionary, LassoParams::new(0.1))?, ListaParams::coupled(2))?;
/// let schedule = StageWise { steps: 4, ..StageWise::default() };
/// let mut trainer = StageTrainer::new(&schedule, network.layers());
///
/// let (x, codes) = (Tensor::constant(array![[1.0, 1.0]]), Tensor::constant(array![[0.0, 0.2, 1.0]]));
/// let step = trainer.step(&network, |layers, _step| {
///     Ok(losses::code_error(network.trajectory(&x, None, layers)?.last().expect("a layer"), &codes))
/// })?;
/// assert_eq!((step.stage.layers, step.step), (1, 1));
/// let mut goes_on = StageTrainer::new(&schedule, network.layers());
/// goes_on.load(&network, &trainer.save())?;
/// assert_eq!(goes_on.save(), trainer.save());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct StageTrainer<E: Scalar = f32> {
    stages: Vec<Stage>,
    /// Of each stage.
    steps: u64,
    /// Over all stages.
    made: u64,
    /// From the first step of a stage on.
    adam: Option<FirstOrder<Adam, E>>,
}

impl<E: Scalar> StageTrainer<E> {
    /// What its saved state is of.
    const STATE: &'static str = "stage_wise_adam";

    /// A trainer at the beginning of the schedule.
    ///
    /// # Panics
    /// If there are no layers.
    pub fn new(schedule: &StageWise, layers: usize) -> Self {
        assert!(layers > 0, "StageTrainer: a network without layers");
        Self { stages: schedule.stages(layers).collect(), steps: schedule.steps, made: 0, adam: None }
    }

    /// The stage of the next step, and how many steps it has made. The last one goes on for ever.
    fn stage(&self) -> (Stage, u64) {
        let last = self.stages.len() as u64 - 1;
        let at = self.made.checked_div(self.steps).map_or(last, |at| at.min(last));
        (self.stages[at as usize], self.made - at * self.steps)
    }

    /// Makes one step of the optimiser. `loss` is given the number of layers and of the step, from 0 over all stages, and answers with a
    /// scalar.
    ///
    /// # Errors
    /// Those of `loss`; if a setting of Adam is outside its domain; if the loss is not finite.
    pub fn step(
        &mut self,
        network: &(impl LayerWise<E> + ?Sized),
        loss: impl FnOnce(usize, u64) -> Result<Tensor<E>, TrainError>,
    ) -> Result<Progress, TrainError> {
        let (stage, of_stage) = self.stage();
        let parameters = network.parameters_of(stage.from..stage.layers);
        let (value, gradients) = {
            let loss = loss(stage.layers, self.made)?;
            let value = loss.item().as_f64();
            let variables: Vec<Tensor<E>> = parameters.iter().map(|(_, parameter)| parameter.tensor()).collect();
            (value, gradients(loss, &variables)?)
        };
        let adam = match self.adam.take().filter(|_| of_stage > 0) {
            Some(adam) => self.adam.insert(adam),
            None => self.adam.insert(adam(stage)?),
        };
        adam.step(&parameters, &gradients)?;
        self.made += 1;
        Ok(Progress { stage, step: self.made, stage_ends: of_stage + 1 == self.steps, loss: value })
    }

    /// The state of the trainer, to be saved beside the network.
    pub fn save(&self) -> SavedState<E> {
        // At the end of a stage nothing of its Adam is needed any more.
        let adam = self.adam.as_ref().filter(|_| self.stage().1 > 0);
        let tensors = adam.map_or_else(BTreeMap::new, |adam| adam.save().tensors);
        SavedState { of: Self::STATE.to_owned(), steps: self.made, tensors, ..SavedState::default() }
    }

    /// Takes up what was saved of training the same network by the same schedule.
    ///
    /// # Errors
    /// If it was saved by something else, or is not of this network.
    pub fn load(&mut self, network: &(impl LayerWise<E> + ?Sized), saved: &SavedState<E>) -> Result<(), OptimError> {
        let mut loaded = Self { made: saved.steps, stages: self.stages.clone(), adam: None, ..*self };
        let (stage, of_stage) = loaded.stage();
        let parameters = network.parameters_of(stage.from..stage.layers);
        let mut adam = adam(stage)?;
        let of = if saved.of == Self::STATE { Adam::NAME } else { &saved.of };
        adam.load(&parameters, &SavedState { of: of.to_owned(), steps: of_stage, ..saved.clone() })?;
        loaded.adam = Some(adam);
        *self = loaded;
        Ok(())
    }
}

fn adam<E: Scalar>(stage: Stage) -> Result<FirstOrder<Adam, E>, OptimError> {
    Adam { learning_rate: stage.learning_rate, ..Adam::default() }.optimizer()
}

/// The gradients of a loss, if that is finite.
pub(super) fn gradients<E: Scalar>(loss: Tensor<E>, variables: &[Tensor<E>]) -> Result<Vec<Tensor<E>>, TrainError> {
    let value = loss.item().as_f64();
    if value.is_finite() {
        Ok(grad(&[loss], variables, GradOptions::default()))
    } else {
        Err(TrainError::NonFinite { value })
    }
}
