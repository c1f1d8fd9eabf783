//! Networks of the LISTA family that are trained layer by layer: what all tasks that train them have in common.

use crate::SparseError;
use crate::lasso::Lasso;
use crate::lista::{LayerWise, Lista, ListaParams, StageTrainer, StageWise, TrainError};
use latent_layers::{LayerError, Visitor};
use latent_tensor::{Tensor, no_grad};
use latent_train::checkpoint::PlayerState;
use latent_train::{Batches, Name, Step, StepError, TaskError, Terms};

/// Networks, a player each, by the name of the network, which makes steps of a [`StageTrainer`].
pub(super) struct Networks(Vec<Lista>);

impl Networks {
    /// Untrained networks with these settings, no two of the same name.
    pub fn new(lasso: &Lasso<'_, f32>, params: &[ListaParams]) -> Result<Self, SparseError> {
        params.iter().map(|network| Lista::new(lasso, network.clone())).collect::<Result<_, _>>().map(Self)
    }

    pub fn all(&self) -> &[Lista] {
        &self.0
    }

    pub fn names(&self) -> Vec<Name> {
        self.0.iter().map(|network| network.name().into()).collect()
    }

    pub fn trainers(&self, schedule: &StageWise) -> Vec<StageTrainer> {
        self.0.iter().map(|network| StageTrainer::new(schedule, network.layers())).collect()
    }

    /// A step of a player that lowers the `loss` of so many samples, a function of the codes after some layers on `x`.
    pub fn step<'t, B: Send>(
        &'t self,
        trainers: &mut [StageTrainer],
        player: usize,
        batches: &Batches<'_, B>,
        x: &Tensor,
        loss: impl Fn(&Tensor) -> Tensor,
    ) -> Result<Step<'t>, StepError> {
        let network = &self.0[player];
        let made = trainers[player].step(network, |layers, _| Ok(loss(&codes(network, layers, x)?)));
        let now = match made {
            Ok(now) => now,
            Err(TrainError::NonFinite { value }) => {
                return Err(batches.non_finite(0, network.name(), "the loss", value).into());
            }
            Err(error) => return Err(error.into()),
        };
        let values = [("objective", now.loss), ("layers", now.stage.layers as f64)];
        let mut step = Step::new(network.name(), values, x.shape()[0]);
        step.learning_rate = Some(now.stage.learning_rate);
        Ok(step)
    }

    /// A value of each network's codes after its last layer, by its name; their mean is the objective.
    pub fn evaluate(&self, x: &Tensor, value: impl Fn(&Tensor) -> Result<f64, TaskError>) -> Result<Terms, TaskError> {
        let of = |network: &Lista| value(&no_grad(|| codes(network, network.layers(), x))?);
        let all = self.0.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        Ok(Terms::computed(mean, x.shape()[0]).with_values(self.0.iter().map(Lista::name).zip(all)))
    }

    pub fn load(&self, trainers: &mut [StageTrainer], states: &[PlayerState]) -> Result<(), String> {
        if states.len() != trainers.len() {
            return Err(format!("there are states of {} players, expected {}", states.len(), trainers.len()));
        }
        for ((trainer, state), network) in trainers.iter_mut().zip(states).zip(&self.0) {
            trainer.load(network, &state.optimizer).map_err(|error| format!("{}: {error}", network.name()))?;
        }
        Ok(())
    }

    pub fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        for network in &self.0 {
            visitor.module(network.name(), network);
        }
    }
}

/// What is kept of the trainers, one for each player.
pub(super) fn save(trainers: &[StageTrainer]) -> Vec<PlayerState> {
    let state = |trainer: &StageTrainer| PlayerState { optimizer: trainer.save(), average: None, last_norm: None };
    trainers.iter().map(state).collect()
}

/// The codes of a network after some layers.
fn codes(network: &Lista, layers: usize, x: &Tensor) -> Result<Tensor, LayerError> {
    Ok(network.trajectory(x, None, layers)?.pop().expect("at least one layer"))
}
