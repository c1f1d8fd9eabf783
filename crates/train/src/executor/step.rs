//! One step of one player.

use super::Executor;
use crate::observer::{Event, Step};
use crate::stop::Trouble;
use crate::task::{Pass, Task, TaskError};
use crate::terms::MeanTerms;
use latent_layers::Module;
use latent_optim::{OptimError, StepOptions};
use latent_tensor::{GradOptions, Tensor, first_non_finite, grad};
use std::cell::Cell;
use std::ops::ControlFlow;

impl<T: Task> Executor<'_, T> {
    /// Makes a step and tells of it. The inner error is a number that is not finite; nothing has changed then.
    pub(super) fn make_step(&mut self, flow: &mut ControlFlow<()>) -> Result<Result<(), Trouble>, TaskError> {
        let (task, step) = (self.task, self.step);
        let players = task.players();
        let turn = self.settings.player(step, players.len());
        let (name, module) = players[turn];
        let trouble = |part: u64, what: &str, value: f64, origin, last_gradient_norm| Trouble {
            step,
            place: self.pace.place(step, part),
            player: name,
            what: what.to_owned(),
            value,
            origin,
            last_gradient_norm,
        };
        let parts = self.settings.accumulate;
        let mut mean = MeanTerms::default();
        let (mut samples, mut gradients) = (0, Vec::new());
        for part in 0..parts {
            let (epoch, index) = self.pace.place(step, part);
            let batch = self.source.batch(epoch, index);
            let terms = task.loss(turn, &batch, &mut Pass::train(self.settings.seed, step, part))?;
            if let Some(&(what, value)) = terms.values().iter().find(|(_, value)| !value.is_finite()) {
                let origin = first_non_finite(terms.objective());
                return Ok(Err(trouble(part, what, value, origin, self.players[turn].last_norm)));
            }
            mean.add(&terms);
            samples += terms.samples();
            let of_part = gradients_of(&terms.objective().clone(), module, parts);
            gradients = if part == 0 { of_part } else { sums(&gradients, &of_part) };
        }
        let parameters = module.parameters();
        let player = &mut self.players[turn];
        let learning_rate = player.optimizer.learning_rates()[0];
        let options = StepOptions {
            clip: player.clip,
            average: player.average.as_mut().map(|average| average.following(module)),
        };
        let norm = match player.optimizer.step_with(&parameters, &gradients, options) {
            Ok(report) => report.gradient_norm,
            Err(OptimError::NonFiniteGradient { path, value, .. }) => {
                let last = self.players[turn].last_norm;
                return Ok(Err(trouble(0, &format!("the gradient of {path}"), value, None, last)));
            }
            Err(other) => return Err(other.into()),
        };
        task.after_step(turn)?;
        self.step += 1;
        let parameters = parameters.as_slice();
        let event = Step {
            player: name,
            values: mean.values(),
            samples,
            learning_rate,
            parameters,
            gradients: &gradients,
            norm: Cell::new(norm),
        };
        if self.tell(&Event::Step(&event))?.is_break() {
            *flow = ControlFlow::Break(());
        }
        // Also where an observer asked for it first.
        let player = &mut self.players[turn];
        player.last_norm = event.norm.get().or(player.last_norm);
        Ok(Ok(()))
    }
}

/// The gradients of a part of the loss.
fn gradients_of(objective: &Tensor, module: &dyn Module, parts: u64) -> Vec<Tensor> {
    let scale = Tensor::full(objective.shape(), 1.0 / parts as f32);
    let options = GradOptions::default().cotangents(vec![scale]);
    grad(std::slice::from_ref(objective), &module.variables(), options)
}

fn sums(a: &[Tensor], b: &[Tensor]) -> Vec<Tensor> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}
