//! Optimisers: what changes parameters so that a loss falls.

mod adagrad;
mod adam;
mod algorithm;
mod average;
mod clip;
mod error;
mod first_order;
mod group;
mod lbfgs;
mod optimizer;
mod rms_prop;
mod saved;
mod schedule;
mod segments;
mod settings;
mod sgd;
mod sweep;
mod weight_decay;

pub use adagrad::{Adagrad, AdagradCoefficients};
pub use adam::{Adam, AdamCoefficients, AdamW};
pub use algorithm::{Algorithm, Block, MAX_SLOTS};
pub use average::{AverageSettings, Following, Swapped, WeightAverage};
pub use clip::{Clip, gradient_norm};
pub use error::OptimError;
pub use first_order::FirstOrder;
pub use group::Selection;
pub use lbfgs::{Lbfgs, LimitedMemory, LineSearch};
pub use optimizer::{Evaluation, Named, Optimizer, StepOptions, StepReport};
pub use rms_prop::{RmsProp, RmsPropCoefficients};
pub use saved::SavedState;
pub use schedule::Schedule;
pub use settings::OptimizerSettings;
pub use sgd::{Sgd, SgdCoefficients};
pub use weight_decay::WeightDecay;
