//! Training: one loop, and runs that can be trusted.

pub mod checkpoint;
pub mod config;
mod every;
mod executor;
pub mod interrupt;
mod observer;
pub mod progress;
pub mod report;
pub mod run;
mod stop;
mod task;
pub mod tell;
mod terms;

pub use every::Every;
pub use executor::{Executor, Limit, Outcome, Player, Settings};
pub use observer::{Event, Observer, Position, Step, Validation};
pub use stop::{StopReason, Trouble};
pub use task::{Pass, Source, Task, TaskError};
pub use terms::{MeanTerms, Terms};
