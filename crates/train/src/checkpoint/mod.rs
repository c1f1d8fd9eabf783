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
    /// Steps made.
    pub step: u64,
    /// After how many steps there was an evaluation last.
    pub validated: Option<u64>,
    /// Parameters and state of the model.
    pub model: Snapshot,
    /// The state of each player, by name.
    pub players: Vec<(String, PlayerState)>,
    /// Of early stopping: the policy, and the best model.
    pub early: Option<(EarlyStopping, Option<Snapshot>)>,
    /// The best value of what is watched.
    pub best: Option<f64>,
    /// What observers remember, by name, in their order.
    pub observers: Vec<(String, Value)>,
}

/// What is kept of a player beside its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayerState {
    /// The state of the optimiser.
    pub optimizer: SavedState,
    /// The average of the player's weights, if there is one.
    pub average: Option<SavedState>,
    /// The norm of its last gradient.
    pub last_norm: Option<f64>,
}
