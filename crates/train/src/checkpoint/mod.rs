//! All that a run needs to go on as if it had never stopped.
//!
//! A checkpoint is one safetensors file: the model's tensors, those of each optimiser and average, and those of the best
//! model so far, under the prefixes `model.`, `optimizer.<player>.`, `average.<player>.` and `best.`; in its metadata
//! the numbers that go with them, what the run is (configuration, data, seed), and a checksum of it all. It is written
//! under a temporary name and renamed, so that a file of its name is whole, whenever the program is killed.

mod error;
mod file;
mod folder;
mod identity;
mod weights;

pub use error::CheckpointError;
pub use folder::{Checkpoints, read};
pub use identity::Identity;
pub(crate) use weights::leave_averages;

use crate::early_stopping::{EarlyStopping, Snapshot};
use latent_optim::SavedState;
use serde_json::Value;

/// The whole state of a run after a number of steps.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The configuration, seed and data of the run that wrote the checkpoint.
    pub identity: Identity,
    /// The number of steps made.
    pub step: u64,
    /// The number of steps after which the last evaluation was made, if there was one.
    pub validated: Option<u64>,
    /// The parameters and states of the model.
    pub model: Snapshot,
    /// The state of the trainer, player by player, with their names.
    pub players: Vec<(String, PlayerState)>,
    /// Early stopping, with what it has observed, and the best model so far.
    pub early: Option<(EarlyStopping, Option<Snapshot>)>,
    /// The best value so far of the watched term of evaluations.
    pub best: Option<f64>,
    /// The states of the observers, with their names, in their order.
    pub observers: Vec<(String, Value)>,
}

/// The state of a player's trainer in a checkpoint: what it has beside the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayerState {
    /// The state of the optimiser, or of what else makes the steps.
    pub optimizer: SavedState,
    /// The average of the player's weights, if there is one.
    pub average: Option<SavedState>,
    /// The norm of the player's last gradient, if it is known.
    pub last_norm: Option<f64>,
}
