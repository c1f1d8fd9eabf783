//! One step of one player along its gradient.

use super::Player;
use super::line_search::{self, check_whole};
use super::parts::{Sum, sum_of_parts};
use crate::checkpoint::PlayerState;
use crate::name::Name;
use crate::non_finite::NonFiniteValue;
use crate::observer::{Gradients, Step};
use crate::step_error::StepError;
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

    fn players(&self) -> Vec<Name> {
        self.players().into_iter().map(|(name, _)| name).collect()
    }

    fn check(&self, players: &Vec<Player>) -> Result<(), TaskError> {
        let names = Trainable::players(self);
        if names.len() != players.len() {
            let told =
                format!("there are {} optimisers, expected one for each of the players {names:?}", players.len());
            return Err(told.into());
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
    ) -> Result<Step<'t>, StepError> {
        let task = self;
        let (name, module) = task.players().swap_remove(turn);
        let player = &mut trainer[turn];
        let last_gradient_norm = player.last_norm;
        let loss = |part| task.loss(turn, &batches.get(part), &mut batches.pass(part));
        let with_norm = |error| match error {
            StepError::NotFinite(found) => NonFiniteValue { last_gradient_norm, ..*found }.into(),
            StepError::Failed(error) => StepError::Failed(error),
        };
        let parameters = player.trained(module);
        let sum = || sum_of_parts(batches, task.model(), &name, &parameters, &loss);
        if player.optimizer.evaluates_loss() {
            check_whole(batches.parts(), batches.pace.epoch, player.optimizer.name())?;
            let found =
                |path: &str, value| batches.non_finite(0, name.clone(), format!("the gradient of {path}"), value);
            return line_search::step(task, turn, player, &parameters, sum, found).map_err(with_norm);
        }
        let Sum { mean, samples, gradients, before } = sum().map_err(with_norm)?;
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
                let found = batches.non_finite(0, name, format!("the gradient of {path}"), value);
                return Err(NonFiniteValue { last_gradient_norm, ..found }.into());
            }
            Err(other) => return Err(other.into()),
        };
        if let Some(average) = player.average.as_mut().filter(|_| afterwards) {
            average.update(module)?;
        }
        task.after_step(turn)?;
        Ok(Step {
            player: name,
            values: mean.values(),
            samples,
            learning_rate: Some(learning_rate),
            gradients: Gradients { parameters, values: gradients, norm: Cell::new(norm) },
        })
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
