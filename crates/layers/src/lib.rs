//! Layers: modules with named parameters and state that map tensors to tensors.

mod activation;
mod context;
mod error;
mod init;
mod layer;
mod linear;
mod module;
mod parameter;
mod sequential;
mod weight;

pub use activation::Activation;
pub use context::{Applied, Context};
pub use error::LayerError;
pub use init::Init;
pub use layer::Layer;
pub use linear::Linear;
pub use module::{Entry, Module, Slot, Visitor};
pub use parameter::{Elements, Parameter, State};
pub use sequential::Sequential;
pub use weight::{Reparameterization, Weight};
