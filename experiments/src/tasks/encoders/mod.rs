//! Learned encoders, as tasks: of a dictionary, taught by a solver, and of planted codes.

mod imitation;
mod networks;
mod recovery;

pub use imitation::{EncoderLoss, EncodersTask};
pub use recovery::{PlantedBatch, RecoveryTask};
