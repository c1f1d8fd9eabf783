//! A step of an optimiser that evaluates the loss itself, several times.

use super::Player;
use super::parts::{StatesBefore, Sum};
use crate::non_finite::NonFiniteValue;
use crate::observer::{Gradients, Step};
use crate::step_error::StepError;
use crate::task::{Task, TaskError};
use latent_layers::Parameter;
use latent_optim::{OptimError, StepOptions};
use latent_tensor::Tensor;
use std::cell::Cell;

/// Whether a step is made from all batches of an epoch, so that its loss is the same in every step.
pub(super) fn check_whole(parts: u64, epoch: u64, optimizer: &str) -> Result<(), TaskError> {
    if parts == epoch {
        return Ok(());
    }
    Err(format!(
        "{optimizer} needs a loss that is the same in every step, and so all batches of an epoch in each: an epoch has \
         {epoch}, a step is made from {parts}; expected training.accumulate = {epoch}"
    )
    .into())
}

/// Makes a step for which `sum` computes losses and gradients, of the same batches and the same random draws each time.
///
/// Every evaluation begins with the state that the model had before the step, so that the loss is one function of the
/// parameters. What is told of the step is its first evaluation, and the state that this left is what the step leaves,
/// as it is with optimisers that evaluate once. Unless the step is made, parameters and state are as they were.
pub(super) fn step<'t, T: Task>(
    task: &'t T,
    turn: usize,
    player: &mut Player,
    parameters: &[(String, &'t Parameter)],
    mut sum: impl FnMut() -> Result<Sum<'t>, StepError>,
    of_gradient: impl FnOnce(&str, f64) -> NonFiniteValue,
) -> Result<Step<'t>, StepError> {
    let (name, module) = task.players().swap_remove(turn);
    let learning_rate = player.optimizer.learning_rates()[0];
    let start: Vec<Tensor> = parameters.iter().map(|(_, parameter)| parameter.tensor().detach()).collect();
    let before = StatesBefore::of(task.model());
    let mut first: Option<(Sum<'t>, StatesBefore<'t>)> = None;
    let mut failure = None;
    let mut evaluate = || {
        before.put_back()?;
        match sum() {
            Err(error) => {
                failure = Some(error);
                Err("the loss cannot be evaluated".into())
            }
            Ok(sum) => {
                let (objective, gradients) = (sum.mean.values()[0].1, sum.gradients.clone());
                first.get_or_insert_with(|| (sum, StatesBefore::of(task.model())));
                Ok((objective, gradients))
            }
        }
    };
    let options = StepOptions { clip: player.clip, average: None };
    let made = player.optimizer.step_closure(parameters, &mut evaluate, options);
    let (norm, (sum, after)) = match (made, first) {
        (Ok(report), Some(first)) => (report.gradient_norm, first),
        (Ok(_), None) => return Err(format!("{} has not evaluated the loss", player.optimizer.name()).into()),
        (Err(error), _) => {
            before.put_back()?;
            for ((_, parameter), value) in parameters.iter().zip(&start) {
                parameter.set(value.array().clone())?;
            }
            return Err(match (failure, error) {
                (Some(failure), _) => failure,
                (None, OptimError::NonFiniteGradient { path, value, .. }) => of_gradient(&path, value).into(),
                (None, OptimError::Closure(error)) => StepError::Failed(error),
                (None, other) => other.into(),
            });
        }
    };
    after.put_back()?;
    if let Some(average) = &mut player.average {
        average.update(module)?;
    }
    task.after_step(turn)?;
    let gradients = Gradients { parameters: parameters.to_vec(), values: sum.gradients, norm: Cell::new(norm) };
    let (values, samples) = (sum.mean.values(), sum.samples);
    Ok(Step { player: name, values, samples, learning_rate: Some(learning_rate), gradients })
}
