//! One step of one player along its gradient.

use super::Player;
use super::line_search::{self, Unmade, check_whole};
use super::parts::{Sum, sum_of_parts};
use crate::checkpoint::PlayerState;
use crate::observer::{Gradients, Step};
use crate::stop::Trouble;
use crate::task::{Pass, Task, TaskError};
use crate::terms::Terms;
use crate::trainable::{Batches, Trainable};
use latent_layers::Module;
use latent_optim::{OptimError, StepOptions, Swapped, WeightAverage};
use std::cell::Cell;

impl<T: Task> Trainable for T {
    type Batch = T::Batch;
    type Trainer = Vec<Player>;

    fn model(&self) -> &dyn Module {
        self.model()
    }

    fn players(&self) -> Vec<&'static str> {
        self.players().into_iter().map(|(name, _)| name).collect()
    }

    fn check(&self, players: &Vec<Player>) -> Result<(), TaskError> {
        let names = Trainable::players(self);
        if names.len() != players.len() {
            return Err(format!("{} optimisers for the players {names:?}", players.len()).into());
        }
        match players.iter().find(|player| player.optimizer.evaluates_loss()) {
            Some(player) if players.len() > 1 => {
                let name = player.optimizer.name();
                Err(format!(
                    "{name} is for a loss that stays the same, and that of a player changes with the steps of the \
                     others: the players {names:?} need optimisers that follow one gradient a step, such as adam"
                )
                .into())
            }
            _ => Ok(()),
        }
    }

    fn least_parts(&self, processes: usize) -> u64 {
        processes as u64
    }

    fn step<'t>(
        &'t self,
        trainer: &mut Vec<Player>,
        turn: usize,
        batches: &Batches<'_, T::Batch>,
    ) -> Result<Result<Step<'t>, Trouble>, TaskError> {
        let task = self;
        let (name, module) = task.players()[turn];
        let player = &mut trainer[turn];
        let trouble = |part: u64, what: &str, value: f64, origin, last_gradient_norm| Trouble {
            origin,
            last_gradient_norm,
            ..batches.trouble(part, name, what, value)
        };
        let loss = |part| task.loss(turn, &batches.get(part), &mut batches.pass(part));
        let parameters = player.trained(module);
        let sum = |loss| sum_of_parts(batches.ranks().as_ref(), batches.parts(), task.model(), &parameters, loss);
        if player.optimizer.evaluates_loss() {
            check_whole(batches.parts(), batches.pace.epoch, player.optimizer.name())?;
            return Ok(match line_search::step(task, turn, player, &parameters, || sum(&loss))? {
                Ok(step) => Ok(step),
                Err(Unmade { part, what, value, origin }) => Err(trouble(part, &what, value, origin, player.last_norm)),
            });
        }
        let sum = sum(&loss)?;
        let Sum { mean, samples, gradients, before } = match sum {
            Ok(sum) => sum,
            Err((part, unusable)) => {
                let (what, value, origin) = unusable.found();
                return Ok(Err(trouble(part, what, value, origin, player.last_norm)));
            }
        };
        let learning_rate = player.optimizer.learning_rates()[0];
        let afterwards = player.averages_afterwards();
        let options = StepOptions {
            clip: player.clip,
            average: player.average.as_mut().filter(|_| !afterwards).map(|average| average.following(module)),
        };
        let norm = match player.optimizer.step_with(&parameters, &gradients, options) {
            Ok(report) => report.gradient_norm,
            Err(OptimError::NonFiniteGradient { path, value, .. }) => {
                before.put_back()?;
                return Ok(Err(trouble(0, &format!("the gradient of {path}"), value, None, player.last_norm)));
            }
            Err(other) => return Err(other.into()),
        };
        if let Some(average) = player.average.as_mut().filter(|_| afterwards) {
            average.update(module)?;
        }
        task.after_step(turn)?;
        Ok(Ok(Step {
            player: name,
            values: mean.values(),
            samples,
            learning_rate: Some(learning_rate),
            gradients: Gradients { parameters, values: gradients, norm: Cell::new(norm) },
        }))
    }

    fn evaluate(&self, batch: &T::Batch, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.evaluate(batch, pass)
    }

    fn swap_in_averages(&self, players: &Vec<Player>) -> Result<Vec<Swapped<'_, f32>>, OptimError> {
        let averages = players.iter().zip(self.players());
        averages.filter_map(|(player, (_, module))| Some(player.average.as_ref()?.swap_in(module))).collect()
    }

    fn save(&self, players: &Vec<Player>) -> Vec<PlayerState> {
        let state = |player: &Player| PlayerState {
            optimizer: player.optimizer.save(),
            average: player.average.as_ref().map(WeightAverage::save),
            last_norm: player.last_norm,
        };
        players.iter().map(state).collect()
    }

    fn load(&self, players: &mut Vec<Player>, states: &[PlayerState]) -> Result<(), String> {
        for ((player, (name, module)), state) in players.iter_mut().zip(self.players()).zip(states) {
            player.optimizer.load(&player.trained(module), &state.optimizer).map_err(|error| error.to_string())?;
            match (&mut player.average, &state.average) {
                (Some(average), Some(saved)) => average.load(saved).map_err(|error| error.to_string())?,
                (None, None) => {}
                (here, _) => {
                    let which = if here.is_some() { "it has no" } else { "only it has an" };
                    return Err(format!("{which} average of the weights of the {name}"));
                }
            }
            player.last_norm = state.last_norm;
        }
        Ok(())
    }

    fn describe(&self, players: &Vec<Player>) -> Vec<String> {
        let named = self.players().into_iter().zip(players);
        named.map(|((name, _), player)| format!("{name}: {}", player.description())).collect()
    }

    fn last_gradient_norm(&self, players: &Vec<Player>) -> Option<f64> {
        players.iter().filter_map(|player| player.last_norm).reduce(f64::max)
    }

    fn note_gradient_norm(&self, players: &mut Vec<Player>, turn: usize, norm: f64) {
        players[turn].last_norm = Some(norm);
    }
}
