//! Encoders that learn the codes that samples were made of.

use super::networks::{self, Networks};
use crate::SparseError;
use crate::lasso::Lasso;
use crate::lista::{Lista, ListaParams, StageTrainer, StageWise, losses};
use latent_layers::{Module, Visitor};
use latent_tensor::Tensor;
use latent_train::checkpoint::PlayerState;
use latent_train::{Batches, Name, Pass, Step, StepError, TaskError, Terms, Trainable};
use ndarray::Ix2;

/// Samples with the codes that they were made of.
#[derive(Clone, Debug)]
pub struct PlantedBatch {
    /// (samples, features).
    pub x: Tensor,
    /// (samples, atoms).
    pub codes: Tensor,
}

/// Trains encoders of the LISTA family to recover planted codes: a player each, by the name of its network, which makes
/// steps of a [`StageTrainer`] on the square of the distance.
///
/// An evaluation reports for each network the NMSE of the codes after its last layer in dB; their mean is the objective.
pub struct RecoveryTask(Networks);

impl RecoveryTask {
    /// Untrained networks with these settings, no two of the same name: ISTA on this problem, as far as they allow.
    ///
    /// # Errors
    /// If the settings make no sense.
    pub fn new(lasso: &Lasso<'_, f32>, params: &[ListaParams]) -> Result<Self, SparseError> {
        Networks::new(lasso, params).map(Self)
    }

    /// All networks.
    pub fn networks(&self) -> &[Lista] {
        self.0.all()
    }

    /// A trainer for each network.
    pub fn trainers(&self, schedule: &StageWise) -> Vec<StageTrainer> {
        self.0.trainers(schedule)
    }
}

impl Module for RecoveryTask {
    fn kind(&self) -> &'static str {
        "encoders"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        self.0.visit(visitor);
    }
}

impl Trainable for RecoveryTask {
    type Batch = PlantedBatch;
    type Trainer = Vec<StageTrainer>;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<Name> {
        self.0.names()
    }

    fn step<'t>(
        &'t self,
        trainers: &mut Vec<StageTrainer>,
        player: usize,
        batches: &Batches<'_, PlantedBatch>,
    ) -> Result<Step<'t>, StepError> {
        let parts: Vec<PlantedBatch> = (0..batches.parts()).map(|part| batches.get(part)).collect();
        let join = |of: fn(&PlantedBatch) -> &Tensor| {
            Tensor::concatenate(&parts.iter().map(|part| of(part).clone()).collect::<Vec<_>>(), 0)
        };
        let (x, planted) = (join(|part| &part.x), join(|part| &part.codes));
        self.0.step(trainers, player, batches, &x, |codes| losses::code_error(codes, &planted))
    }

    fn evaluate(&self, batch: &PlantedBatch, _: &mut Pass) -> Result<Terms, TaskError> {
        let planted = batch.codes.view_as::<Ix2>();
        self.0.evaluate(&batch.x, |codes| Ok(losses::nmse_db(codes.view_as(), planted.view())))
    }

    fn save(&self, trainers: &Vec<StageTrainer>) -> Vec<PlayerState> {
        networks::save(trainers)
    }

    fn load(&self, trainers: &mut Vec<StageTrainer>, states: &[PlayerState]) -> Result<(), String> {
        self.0.load(trainers, states)
    }
}
