//! What studies of dictionaries, convolutional filters and learned encoders share.

pub mod banks;
pub mod dictionaries;
pub mod encoders;
pub mod equivalent_iterations;
pub mod networks;
pub mod patches;
pub mod solvers;
pub mod windows;
