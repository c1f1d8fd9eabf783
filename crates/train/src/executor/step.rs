//! One step of one player.

use super::Executor;
use super::parts::{Sum, sum_of_parts};
use crate::observer::{Event, Step};
use crate::stop::Trouble;
use crate::task::{Pass, Task, TaskError};
use latent_optim::{OptimError, StepOptions};
use std::cell::Cell;
use std::ops::ControlFlow;

impl<T: Task> Executor<'_, T> {
    /// Makes a step and tells of it. The inner error is a number that is not finite; nothing has changed then.
    pub(super) fn make_step(&mut self, flow: &mut ControlFlow<()>) -> Result<Result<(), Trouble>, TaskError> {
        let (task, step) = (self.task, self.step);
        let players = task.players();
        let turn = self.settings.player(step, players.len());
        let (name, module) = players[turn];
        let trouble = |what: &str, value: f64, origin, last_gradient_norm| Trouble {
            step,
            place: self.pace.place(step, 0),
            player: name,
            what: what.to_owned(),
            value,
            origin,
            last_gradient_norm,
        };
        let loss = |part| {
            let (epoch, index) = self.pace.place(step, part);
            let batch = self.source.batch(epoch, index);
            task.loss(turn, &batch, &mut Pass::train(self.settings.seed, step, part))
        };
        let sum = sum_of_parts(&*self.ranks, self.settings.accumulate, task.model(), module, loss)?;
        let Sum { mean, samples, gradients } = match sum {
            Ok(sum) => sum,
            Err(unusable) => {
                let (what, value, origin) = unusable.found();
                return Ok(Err(trouble(what, value, origin, self.players[turn].last_norm)));
            }
        };
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
                return Ok(Err(trouble(&format!("the gradient of {path}"), value, None, last)));
            }
            Err(other) => return Err(other.into()),
        };
        player.last_norm = norm.or(player.last_norm);
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
        Ok(Ok(()))
    }
}
