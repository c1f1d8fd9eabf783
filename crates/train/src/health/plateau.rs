//! Validations that no longer move.

use super::{Monitor, Warning, value};
use crate::early_stopping::Mode;
use crate::short::short;
use crate::{Event, Position, TaskError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Warns when, in ten evaluations in a row, the watched term improved by less than a thousandth of all that it has
/// gained, while more than a quarter of the steps are still to be made.
#[derive(Clone, Debug)]
pub struct Plateau {
    watch: String,
    sign: f64,
    seen: Option<Seen>,
}

/// Values, negative if more is better.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Seen {
    first: f64,
    best: f64,
    /// The best value that was better than the last such by enough.
    anchor: f64,
    /// Validations after it.
    since: u64,
}

const PATIENCE: u64 = 10;

impl Plateau {
    /// Watches this term of evaluations, of which smaller or larger values are better.
    pub fn new(watch: impl Into<String>, mode: Mode) -> Self {
        let sign = if mode == Mode::Min { 1.0 } else { -1.0 };
        Self { watch: watch.into(), sign, seen: None }
    }

    fn see(&mut self, value: f64, left: f64) -> Option<Warning> {
        let value = self.sign * value;
        let Some(seen) = &mut self.seen else {
            self.seen = Some(Seen { first: value, best: value, anchor: value, since: 0 });
            return None;
        };
        seen.best = seen.best.min(value);
        if seen.anchor - seen.best > 1e-3 * (seen.first - seen.best) {
            (seen.anchor, seen.since) = (seen.best, 0);
            return None;
        }
        seen.since += 1;
        let Seen { best, since, .. } = *seen;
        (since >= PATIENCE && left > 0.25).then(|| Warning {
            message: format!(
                "{} as evaluated has hardly moved in {PATIENCE} evaluations; the best is {}",
                self.watch,
                short(self.sign * best)
            ),
            remedy: "let the learning rate decay (schedule), stop early (training.early_stopping), or take a larger \
                     model if it underfits"
                .to_owned(),
        })
    }
}

impl<T: ?Sized> Monitor<T> for Plateau {
    fn name(&self) -> &'static str {
        "plateau"
    }

    fn look(&mut self, event: &Event<'_>, at: Position, _: &T) -> Result<Option<Warning>, TaskError> {
        let Event::Validation(validation) = event else { return Ok(None) };
        let left = 1.0 - at.step as f64 / at.steps.max(1) as f64;
        Ok(value(&validation.values, &self.watch).and_then(|value| self.see(value, left)))
    }

    fn save(&self) -> Option<Value> {
        Some(json!(self.seen))
    }

    fn load(&mut self, memory: Value) -> Result<(), serde_json::Error> {
        self.seen = serde_json::from_value(memory)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_standing_still_is_told() {
        let seen = |left: f64, value: &dyn Fn(i32) -> f64| {
            let mut monitor = Plateau::new("objective", Mode::Min);
            (0..30).filter_map(|k| monitor.see(value(k), left)).count()
        };
        let still = |k: i32| 100.0 + if k == 0 { 100.0 } else { 0.01 / f64::from(k) };
        assert!(seen(0.9, &still) > 0);
        assert_eq!(seen(0.1, &still), 0, "the end is near");
        // It falls by little, but goes on falling.
        assert_eq!(seen(0.9, &|k| 100.0 - 0.5 * f64::from(k)), 0);
    }
}
