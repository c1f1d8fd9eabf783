//! Training: one loop, and runs that can be trusted.
//!
//! A [`Task`] says what a loss is, a [`Source`] where batches come from, an [`Executor`] makes the steps, and a
//! [`session::Session`] makes a run of it: a folder with configuration, metrics, curves, pictures, checkpoints and weights,
//! which can be killed and goes on where it was, bit for bit. What learns without gradients is a [`Trainable`] of its own.

pub mod checkpoint;
pub mod classification;
pub mod config;
mod early_stopping;
mod every;
mod executor;
pub mod health;
pub mod interrupt;
mod name;
mod non_finite;
mod observer;
pub mod observers;
pub mod processes;
pub mod progress;
pub mod run;
pub mod session;
mod short;
pub mod sources;
mod step_error;
mod stop;
mod task;
pub mod tell;
mod terms;
mod trainable;

pub use early_stopping::{
    EarlyStopReason, EarlyStopping, EarlyStoppingError, Mode, Observation, RestoreBest, Snapshot, Verdict,
};
pub use every::{Every, FrequencyError};
pub use executor::{Executor, Limit, Outcome, Player, Settings};
pub use name::Name;
pub use non_finite::NonFiniteValue;
pub use observer::{Evaluated, Event, Observer, Position, Step, Validation};
pub use step_error::StepError;
pub use stop::StopReason;
pub use task::{Pass, Source, Task, TaskError};
pub use terms::{MeanTerms, Terms};
pub use trainable::{Batches, Trainable};
