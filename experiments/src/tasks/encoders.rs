//! Learned encoders of a dictionary, as a task.

use super::samples;
use latent_layers::{LayerError, Module, Visitor};
use latent_sparse::lasso::{Admm, Codes, Lasso, LassoParams, Stop};
use latent_sparse::lista::{LayerWise, Lista, ListaParams, StageTrainer, StageWise, TrainError, losses};
use latent_sparse::{Dictionary, SparseError};
use latent_tensor::{Tensor, no_grad};
use latent_train::checkpoint::PlayerState;
use latent_train::sources::ImageBatch;
use latent_train::{Batches, Pass, Step, TaskError, Terms, Trainable, Trouble};
use ndarray::{ArrayView2, Ix2};
use serde::{Deserialize, Serialize};

/// What encoders are trained to lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EncoderLoss {
    /// Supervised: the square of the distance to the codes of a solver.
    Codes,
    /// Unsupervised: the objective that the solver minimises.
    Energy,
}

/// Trains encoders of the LISTA family for one dictionary: a player each, by the name of its network, which makes steps
/// of a [`StageTrainer`].
///
/// An evaluation reports for each network the *excess* `(F(z) - F*) / F*` of its objective after the last layer over
/// the optimum; their mean is the objective.
pub struct EncodersTask {
    dictionary: Dictionary<f32>,
    /// The same as a tensor.
    atoms: Tensor,
    lambda: f32,
    networks: Vec<Lista>,
    loss: EncoderLoss,
    /// Of the codes that are taken for the optimum.
    stop: Stop,
}

impl EncodersTask {
    /// Untrained networks with these settings, no two of the same name, for codes with this weight of the l1 term. The
    /// codes that they learn from, and are judged by, are solved until `stop`.
    ///
    /// # Errors
    /// If lambda or the settings make no sense.
    pub fn new(
        dictionary: Dictionary<f32>,
        lambda: f32,
        networks: Vec<ListaParams>,
        loss: EncoderLoss,
        stop: Stop,
    ) -> Result<Self, SparseError> {
        let lasso = Lasso::new(&dictionary, LassoParams::new(lambda))?;
        let networks =
            networks.into_iter().map(|network| Lista::new(&lasso, network)).collect::<Result<Vec<_>, _>>()?;
        let atoms = Tensor::constant(dictionary.atoms().to_owned());
        Ok(Self { dictionary, atoms, lambda, networks, loss, stop })
    }

    /// What they encode.
    ///
    /// # Errors
    /// None: it was made before.
    pub fn lasso(&self) -> Result<Lasso<'_, f32>, SparseError> {
        Lasso::new(&self.dictionary, LassoParams::new(self.lambda))
    }

    /// All networks.
    pub fn networks(&self) -> &[Lista] {
        &self.networks
    }

    /// A trainer for each network.
    pub fn trainers(&self, schedule: &StageWise) -> Vec<StageTrainer> {
        self.networks.iter().map(|network| StageTrainer::new(schedule, network.layers())).collect()
    }

    /// The codes of a solver.
    ///
    /// # Errors
    /// If samples are not finite or of another length than the atoms.
    pub fn solve(&self, x: ArrayView2<'_, f32>) -> Result<Codes<f32>, SparseError> {
        self.lasso()?.solve(x, &Admm::default(), &self.stop)
    }

    /// The mean loss of the codes of a network after some layers: the objective if there are no codes to come close to.
    fn loss(&self, network: &Lista, layers: usize, x: &Tensor, targets: Option<&Tensor>) -> Result<Tensor, LayerError> {
        let codes = network.trajectory(x, None, layers)?.pop().expect("at least one layer");
        Ok(match targets {
            Some(targets) => losses::code_error(&codes, targets),
            None => losses::energy(x, &codes, &self.atoms, &Tensor::scalar(self.lambda)),
        })
    }
}

impl Module for EncodersTask {
    fn kind(&self) -> &'static str {
        "encoders"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        for network in &self.networks {
            visitor.module(network.name(), network);
        }
    }
}

impl Trainable for EncodersTask {
    type Batch = ImageBatch;
    type Trainer = Vec<StageTrainer>;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<&'static str> {
        self.networks.iter().map(Lista::name).collect()
    }

    fn step<'t>(
        &'t self,
        trainers: &mut Vec<StageTrainer>,
        player: usize,
        batches: &Batches<'_, ImageBatch>,
    ) -> Result<Result<Step<'t>, Trouble>, TaskError> {
        let x = samples(batches);
        let network = &self.networks[player];
        let targets = match self.loss {
            EncoderLoss::Codes => Some(Tensor::constant(self.solve(x.view_as::<Ix2>())?.codes)),
            EncoderLoss::Energy => None,
        };
        let made = trainers[player].step(network, |layers, _| Ok(self.loss(network, layers, &x, targets.as_ref())?));
        let now = match made {
            Ok(now) => now,
            Err(TrainError::NonFinite { value }) => {
                return Ok(Err(batches.trouble(0, network.name(), "the loss", value)));
            }
            Err(error) => return Err(error.into()),
        };
        let values = vec![("objective", now.loss), ("layers", now.stage.layers as f64)];
        let mut step = Step::new(network.name(), values, x.shape()[0]);
        step.learning_rate = Some(now.stage.learning_rate);
        Ok(Ok(step))
    }

    fn evaluate(&self, batch: &ImageBatch, _: &mut Pass) -> Result<Terms, TaskError> {
        let best = self.solve(batch.x.view_as::<Ix2>())?.summary();
        let excess = |network: &Lista| -> Result<f64, TaskError> {
            let energy = no_grad(|| self.loss(network, network.layers(), &batch.x, None))?;
            Ok(f64::from(energy.item()) / best.objective - 1.0)
        };
        let all = self.networks.iter().map(excess).collect::<Result<Vec<_>, _>>()?;
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let terms = Terms::computed(mean, best.samples);
        Ok(self
            .networks
            .iter()
            .zip(all)
            .fold(terms, |terms, (network, excess)| terms.with_value(network.name(), excess)))
    }

    fn save(&self, trainers: &Vec<StageTrainer>) -> Vec<PlayerState> {
        let state = |trainer: &StageTrainer| PlayerState { optimizer: trainer.save(), average: None, last_norm: None };
        trainers.iter().map(state).collect()
    }

    fn load(&self, trainers: &mut Vec<StageTrainer>, states: &[PlayerState]) -> Result<(), String> {
        if states.len() != trainers.len() {
            return Err(format!("{} states of players, where there are {}", states.len(), trainers.len()));
        }
        for ((trainer, state), network) in trainers.iter_mut().zip(states).zip(&self.networks) {
            trainer.load(network, &state.optimizer).map_err(|error| format!("{}: {error}", network.name()))?;
        }
        Ok(())
    }
}
