//! Health monitors: each knows one way in which training goes wrong, and what helps.
//!
//! | monitor | what it looks at | sign |
//! |---|---|---|
//! | [`PosteriorCollapse`] | posterior means and KL of each latent dimension | fewer than half the dimensions are active |
//! | [`DeadUnits`] | how often each unit or atom is used | a tenth of them never is |
//! | [`SaturatedDiscriminator`] | a discriminator's loss | it stays at its bound |
//! | [`ExplodingGradients`] | gradient norms | one is a hundred times the running median |
//! | [`Divergence`], [`Plateau`] | what is watched of validations | it gets worse, or no longer moves |
//! | [`check_support`] | the data, before training | values that the likelihood has no probability for |
//!
//! A warning is told once a run, on the console and in `metrics.jsonl`. Monitors change nothing.

mod dead_units;
mod divergence;
mod exploding_gradients;
mod plateau;
mod posterior_collapse;
mod saturated_discriminator;
mod support;

pub use dead_units::DeadUnits;
pub use divergence::Divergence;
pub use exploding_gradients::ExplodingGradients;
pub use plateau::Plateau;
pub use posterior_collapse::{LatentUse, PosteriorCollapse};
pub use saturated_discriminator::SaturatedDiscriminator;
pub use support::{Support, check_support};

use crate::observers::Records;
use crate::{Event, Observer, Position, TaskError};
use std::ops::ControlFlow;

/// What is wrong, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What was seen, with its numbers.
    pub message: String,
    /// What helps.
    pub remedy: String,
}

/// Looks at what happens for signs of one trouble.
pub trait Monitor<T: ?Sized> {
    /// Its name in the metrics, such as `posterior_collapse`.
    fn name(&self) -> &'static str;

    /// Looks at an event.
    ///
    /// # Errors
    /// If what it needs cannot be computed.
    fn look(&mut self, event: &Event<'_>, at: Position, task: &T) -> Result<Option<Warning>, TaskError>;
}

/// Tells a run's records what a monitor sees.
pub(crate) struct Watch<M> {
    pub records: Records,
    pub monitor: M,
}

impl<T: ?Sized, M: Monitor<T>> Observer<T> for Watch<M> {
    fn observe(&mut self, event: &Event<'_>, at: Position, task: &T) -> Result<ControlFlow<()>, TaskError> {
        if let Some(warning) = self.monitor.look(event, at, task)? {
            self.records.warn(self.monitor.name(), &warning, at)?;
        }
        Ok(ControlFlow::Continue(()))
    }
}

fn value(values: &[(&'static str, f64)], name: &str) -> Option<f64> {
    values.iter().find(|(found, _)| *found == name).map(|&(_, value)| value)
}
