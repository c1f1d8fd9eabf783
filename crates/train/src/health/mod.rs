//! Health monitors: each knows one way in which training goes wrong, and what helps.
//!
//! | monitor | what it looks at | sign |
//! |---|---|---|
//! | [`PosteriorCollapse`] | posterior means and KL of each latent dimension | fewer than half the dimensions are active |
//! | [`DeadUnits`] | how often each unit or atom is used | a tenth of them never is |
//! | [`ModeCollapse`] | how many kinds of samples there are | fewer than half of those in the data |
//! | [`SaturatedDiscriminator`] | a discriminator's loss | it stays at its bound |
//! | [`ExplodingGradients`] | gradient norms | one is a hundred times the running median |
//! | [`Divergence`], [`Plateau`] | what is watched of validations | it gets worse, or no longer moves |
//! | [`check_support`] | the data, before training | values that the likelihood has no probability for |
//!
//! A warning is told once a run, on the console and in `metrics.jsonl`. Monitors change nothing. What they have seen is
//! kept in checkpoints: a run that was stopped or killed and goes on warns as it would have.

mod dead_units;
mod divergence;
mod exploding_gradients;
mod mode_collapse;
mod plateau;
mod posterior_collapse;
mod saturated_discriminator;
mod support;

pub use dead_units::DeadUnits;
pub use divergence::Divergence;
pub use exploding_gradients::ExplodingGradients;
pub use mode_collapse::ModeCollapse;
pub use plateau::Plateau;
pub use posterior_collapse::{LatentUse, PosteriorCollapse};
pub use saturated_discriminator::SaturatedDiscriminator;
pub use support::{Support, check_support};

use crate::{Event, Name, Position, TaskError};
use serde_json::Value;

/// A warning of a health monitor: what is wrong, and what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What was observed, with its numbers.
    pub message: String,
    /// What to change, and how.
    pub remedy: String,
}

/// A health monitor, which looks at the events of training for signs of one way in which it goes wrong.
pub trait Monitor<T: ?Sized> {
    /// The name of the monitor in the metrics, such as `posterior_collapse`.
    fn name(&self) -> &'static str;

    /// Looks at an event, and warns if it shows the sign.
    ///
    /// # Errors
    /// If what it needs cannot be computed.
    fn look(&mut self, event: &Event<'_>, at: Position, task: &T) -> Result<Option<Warning>, TaskError>;

    /// The state of the monitor for checkpoints, so that a run that goes on warns at the same steps. None unless
    /// overridden; whether there is one does not depend on what was seen.
    fn save(&self) -> Option<Value> {
        None
    }

    /// Restores the state that [`save`](Self::save) gave.
    ///
    /// # Errors
    /// If it is not of this monitor.
    fn load(&mut self, _memory: Value) -> Result<(), serde_json::Error> {
        Ok(())
    }
}

fn value(values: &[(Name, f64)], name: &str) -> Option<f64> {
    values.iter().find(|(found, _)| found == name).map(|&(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::early_stopping::Mode;
    use crate::{Step, Validation};
    use proptest::prelude::*;
    use std::cell::Cell;

    /// What a monitor says of a step and a validation of this value, which is the step's gradient norm as well.
    fn look(monitor: &mut dyn Monitor<()>, value: f64, step: u64) -> Vec<Warning> {
        let at = Position { step, steps: 1000, epoch: 1 };
        let values: Vec<(Name, f64)> = vec![("objective".into(), value)];
        let validation =
            Validation { on: crate::Evaluated::HeldOut, values: values.clone(), improved: false, averaged: false };
        let mut made = Step::new("critic", values, 1);
        made.gradients.norm = Cell::new(Some(value.abs()));
        let events = [Event::Step(&made), Event::Validation(&validation)];
        events.iter().filter_map(|event| monitor.look(event, at, &()).unwrap()).collect()
    }

    proptest! {
        #[test]
        fn after_a_break_the_same_is_told(
            noise in prop::collection::vec(0.0_f64..1.0, 30..60), slope in -1_i32..2, size in 0_i32..2,
            burst in 20_usize..60, cut: prop::sample::Index,
        ) {
            let value = |k: usize, x: f64| {
                if k == burst { 1e6 } else { 100.0 + f64::from(slope) * k as f64 + f64::from(size) * x }
            };
            let values: Vec<f64> = noise.iter().enumerate().map(|(k, &x)| value(k, x)).collect();
            let monitors: [fn() -> Box<dyn Monitor<()>>; 4] = [
                || Box::new(ExplodingGradients::default()),
                || Box::new(Divergence::new("objective", Mode::Min)),
                || Box::new(Plateau::new("objective", Mode::Min)),
                || Box::new(SaturatedDiscriminator::new("critic", 120.0).patience(4, 2)),
            ];
            let cut = cut.index(values.len());
            for new in monitors {
                let mut whole = new();
                let want: Vec<_> = (1..).zip(&values).map(|(k, &value)| look(whole.as_mut(), value, k)).collect();
                let mut broken = new();
                let mut told: Vec<_> =
                    (1..).zip(&values[..cut]).map(|(k, &value)| look(broken.as_mut(), value, k)).collect();
                let memory = serde_json::to_string(&broken.save().unwrap()).unwrap();
                let mut broken = new();
                broken.load(serde_json::from_str(&memory).unwrap()).unwrap();
                let rest = (cut as u64 + 1..).zip(&values[cut..]);
                told.extend(rest.map(|(k, &value)| look(broken.as_mut(), value, k)));
                prop_assert_eq!(told, want, "{}", whole.name());
            }
        }
    }
}
