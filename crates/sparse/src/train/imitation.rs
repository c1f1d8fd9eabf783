//! Encoders that learn from a solver.

use super::networks::{self, Networks};
use super::samples;
use crate::lasso::{Admm, Codes, Lasso, LassoParams, Stop};
use crate::lista::{Lista, ListaParams, StageTrainer, StageWise, losses};
use crate::{Dictionary, SparseError};
use latent_layers::{Module, State, Visitor};
use latent_tensor::Tensor;
use latent_train::Snapshot;
use latent_train::checkpoint::PlayerState;
use latent_train::sources::ImageBatch;
use latent_train::{Batches, Name, Pass, Step, StepError, TaskError, Terms, Trainable};
use ndarray::{ArrayView2, Ix2};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

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
/// the optimum; their mean is the objective. What is saved is the `dictionary`, (features, atoms), and the networks.
pub struct EncodersTask {
    dictionary: State,
    /// The value of the state, with its Gram matrix.
    prepared: Mutex<(Tensor, Arc<Dictionary<f32>>)>,
    lambda: f32,
    params: Vec<ListaParams>,
    networks: Networks,
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
        params: Vec<ListaParams>,
        loss: EncoderLoss,
        stop: Stop,
    ) -> Result<Self, SparseError> {
        let networks = Networks::new(&Lasso::new(&dictionary, LassoParams::new(lambda))?, &params)?;
        let state = State::new(dictionary.atoms().to_owned());
        let prepared = Mutex::new((state.tensor(), Arc::new(dictionary)));
        Ok(Self { dictionary: state, prepared, lambda, params, networks, loss, stop })
    }

    /// Begins anew with another dictionary of the same shape.
    ///
    /// # Errors
    /// If its shape is another.
    pub fn begin_with(&self, dictionary: Dictionary<f32>) -> Result<(), TaskError> {
        let begun = Self::new(dictionary, self.lambda, self.params.clone(), self.loss, self.stop)?;
        Ok(Snapshot::of(&begun).restore(self)?)
    }

    /// What is encoded with.
    ///
    /// # Errors
    /// If weights that were loaded are not finite.
    pub fn dictionary(&self) -> Result<Arc<Dictionary<f32>>, SparseError> {
        let now = self.dictionary.tensor();
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        // The one that is kept is not written to, and its memory is not given to another.
        if !std::ptr::eq(prepared.0.array().as_ptr(), now.array().as_ptr()) {
            let atoms = now.view_as::<Ix2>().to_owned();
            *prepared = (now, Arc::new(Dictionary::new(atoms)?));
        }
        Ok(prepared.1.clone())
    }

    /// The problem that the networks solve with this dictionary.
    ///
    /// # Errors
    /// None: it was made before.
    pub fn lasso<'d>(&self, dictionary: &'d Dictionary<f32>) -> Result<Lasso<'d, f32>, SparseError> {
        Lasso::new(dictionary, LassoParams::new(self.lambda))
    }

    /// All networks.
    pub fn networks(&self) -> &[Lista] {
        self.networks.all()
    }

    /// A trainer for each network.
    pub fn trainers(&self, schedule: &StageWise) -> Vec<StageTrainer> {
        self.networks.trainers(schedule)
    }

    /// The codes of a solver.
    ///
    /// # Errors
    /// If samples are not finite or of another length than the atoms.
    pub fn solve(&self, x: ArrayView2<'_, f32>) -> Result<Codes<f32>, SparseError> {
        self.lasso(&*self.dictionary()?)?.solve(x, &Admm::default(), &self.stop)
    }

    /// The mean objective.
    fn energy(&self, x: &Tensor, codes: &Tensor) -> Tensor {
        losses::energy(x, codes, &self.dictionary.tensor(), &Tensor::scalar(self.lambda))
    }
}

impl Module for EncodersTask {
    fn kind(&self) -> &'static str {
        "encoders"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        visitor.state("dictionary", &self.dictionary);
        self.networks.visit(visitor);
    }
}

impl Trainable for EncodersTask {
    type Batch = ImageBatch;
    type Trainer = Vec<StageTrainer>;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<Name> {
        self.networks.names()
    }

    fn step<'t>(
        &'t self,
        trainers: &mut Vec<StageTrainer>,
        player: usize,
        batches: &Batches<'_, ImageBatch>,
    ) -> Result<Step<'t>, StepError> {
        let x = samples(batches);
        match self.loss {
            EncoderLoss::Codes => {
                let targets = Tensor::constant(self.solve(x.view_as::<Ix2>())?.codes);
                self.networks.step(trainers, player, batches, &x, |codes| losses::code_error(codes, &targets))
            }
            EncoderLoss::Energy => self.networks.step(trainers, player, batches, &x, |codes| self.energy(&x, codes)),
        }
    }

    fn evaluate(&self, batch: &ImageBatch, _: &mut Pass) -> Result<Terms, TaskError> {
        let best = self.solve(batch.x.view_as::<Ix2>())?.summary();
        self.networks
            .evaluate(&batch.x, |codes| Ok(f64::from(self.energy(&batch.x, codes).item()) / best.objective - 1.0))
    }

    fn save(&self, trainers: &Vec<StageTrainer>) -> Vec<PlayerState> {
        networks::save(trainers)
    }

    fn load(&self, trainers: &mut Vec<StageTrainer>, states: &[PlayerState]) -> Result<(), String> {
        self.networks.load(trainers, states)
    }
}
