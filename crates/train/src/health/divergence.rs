//! Validations that get worse.

use super::{Monitor, Warning, value};
use crate::early_stopping::Mode;
use crate::short::short;
use crate::{Event, Position, TaskError};
use serde_json::{Value, json};

/// Warns when the watched term got worse in five evaluations in a row, and lost more than a tenth of all that it had
/// gained.
#[derive(Clone, Debug)]
pub struct Divergence {
    watch: String,
    sign: f64,
    seen: Vec<f64>,
}

const IN_A_ROW: usize = 5;

impl Divergence {
    /// Watches this term of evaluations, of which smaller or larger values are better.
    pub fn new(watch: impl Into<String>, mode: Mode) -> Self {
        let sign = if mode == Mode::Min { 1.0 } else { -1.0 };
        Self { watch: watch.into(), sign, seen: Vec::new() }
    }

    fn see(&mut self, value: f64) -> Option<Warning> {
        self.seen.push(self.sign * value);
        let (first, last) = (*self.seen.first()?, *self.seen.last()?);
        let best = self.seen.iter().copied().fold(f64::INFINITY, f64::min);
        let tail = self.seen.get(self.seen.len().checked_sub(IN_A_ROW + 1)?..)?;
        let rises = tail.windows(2).all(|pair| pair[1] > pair[0]);
        if !rises || last - best <= 0.1 * (first - best) {
            return None;
        }
        let shown = |value: f64| short(self.sign * value);
        Some(Warning {
            message: format!(
                "{} as evaluated is {}, worse than in each of {IN_A_ROW} evaluations before; the best was {}",
                self.watch,
                shown(last),
                shown(best)
            ),
            remedy: "if the training loss still falls, it is overfitting: stop early (training.early_stopping) or \
                     regularise; if not, lower the learning rate"
                .to_owned(),
        })
    }
}

impl<T: ?Sized> Monitor<T> for Divergence {
    fn name(&self) -> &'static str {
        "divergence"
    }

    fn look(&mut self, event: &Event<'_>, _: Position, _: &T) -> Result<Option<Warning>, TaskError> {
        let Event::Validation(validation) = event else { return Ok(None) };
        Ok(value(&validation.values, &self.watch).and_then(|value| self.see(value)))
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
    fn only_a_steady_and_large_loss_is_told() {
        let seen = |mode, values: &[f64]| {
            let mut monitor = Divergence::new("objective", mode);
            values.iter().filter_map(|&value| monitor.see(value)).count()
        };
        let overfits = [200.0, 120.0, 100.0, 101.0, 104.0, 108.0, 109.0, 111.0];
        assert_eq!(seen(Mode::Min, &overfits), 1);
        assert_eq!(seen(Mode::Max, &overfits.map(|x| -x)), 1);
        assert_eq!(seen(Mode::Min, &[200.0, 120.0, 100.0, 100.1, 100.2, 100.3, 100.4, 100.5]), 0);
        assert_eq!(seen(Mode::Min, &[200.0, 120.0, 100.0, 110.0, 120.0, 105.0, 130.0, 140.0]), 0);
        assert_eq!(seen(Mode::Max, &overfits), 0);
    }
}
