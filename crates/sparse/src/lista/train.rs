//! Training layer after layer.

use super::LayerWise;
use crate::SparseError;
use latent_layers::LayerError;
use latent_numeric::Scalar;
use latent_optim::{Adam, Algorithm, OptimError, Optimizer};
use latent_tensor::{GradOptions, Tensor, grad};
use serde::{Deserialize, Serialize};
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
    /// Of the first stage of each layer.
    pub learning_rate: f64,
    /// Of the later stages of each layer, as factors of the first.
    pub refinements: Vec<f64>,
    /// Of each stage.
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
    /// Adam's.
    pub learning_rate: f64,
}

/// Where training is.
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
        let mut step = 0;
        for stage in self.stages(network.layers()) {
            let parameters = network.parameters_of(stage.from..stage.layers);
            let mut adam = Adam { learning_rate: stage.learning_rate, ..Adam::default() }.optimizer()?;
            for left in (0..self.steps).rev() {
                let (value, gradients) = {
                    let loss = loss(stage.layers, step)?;
                    let value = loss.item().as_f64();
                    let variables: Vec<Tensor<E>> =
                        parameters.iter().map(|(_, parameter)| parameter.tensor()).collect();
                    (value, gradients(loss, value, &variables)?)
                };
                adam.step(&parameters, &gradients)?;
                step += 1;
                if observe(Progress { stage, step, stage_ends: left == 0, loss: value }).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// The gradients of a loss whose value, perhaps with constants that it lacks, is finite.
pub(super) fn gradients<E: Scalar>(
    loss: Tensor<E>,
    value: f64,
    variables: &[Tensor<E>],
) -> Result<Vec<Tensor<E>>, TrainError> {
    if value.is_finite() {
        Ok(grad(&[loss], variables, GradOptions::default()))
    } else {
        Err(TrainError::NonFinite { value })
    }
}
