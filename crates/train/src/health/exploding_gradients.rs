//! Gradients that become far larger than usual.

use super::{Monitor, Warning};
use crate::{Event, Position, TaskError};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// Warns when the norm of a player's gradient is more than a hundred times the median of its last hundred, after at
/// least twenty.
#[derive(Clone, Debug, Default)]
pub struct ExplodingGradients {
    norms: BTreeMap<String, VecDeque<f64>>,
}

const FACTOR: f64 = 100.0;
const MEMORY: usize = 100;
const LEAST: usize = 20;

impl ExplodingGradients {
    fn see(&mut self, player: &str, norm: f64) -> Option<Warning> {
        let norms = self.norms.entry(player.to_owned()).or_default();
        let median = (norms.len() >= LEAST).then(|| median(norms));
        norms.push_back(norm);
        if norms.len() > MEMORY {
            norms.pop_front();
        }
        let median = median.filter(|&median| norm > FACTOR * median && median > 0.0)?;
        Some(Warning {
            message: format!("the gradient of the {player} has norm {norm:.3e}, its median of late is {median:.3e}"),
            remedy: "clip gradients (clip_norm), or lower the learning rate or warm it up".to_owned(),
        })
    }
}

fn median(norms: &VecDeque<f64>) -> f64 {
    let mut sorted: Vec<f64> = norms.iter().copied().collect();
    let middle = sorted.len() / 2;
    *sorted.select_nth_unstable_by(middle, f64::total_cmp).1
}

impl<T: ?Sized> Monitor<T> for ExplodingGradients {
    fn name(&self) -> &'static str {
        "exploding_gradients"
    }

    fn look(&mut self, event: &Event<'_>, _: Position, _: &T) -> Result<Option<Warning>, TaskError> {
        let Event::Step(step) = event else { return Ok(None) };
        Ok(step.gradient_norm().and_then(|norm| self.see(&step.player, norm)))
    }

    fn save(&self) -> Option<Value> {
        Some(json!(self.norms))
    }

    fn load(&mut self, memory: Value) -> Result<(), serde_json::Error> {
        self.norms = serde_json::from_value(memory)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_outburst_is_told() {
        let mut monitor = ExplodingGradients::default();
        // A slow growth over orders of magnitude is none, nor is a jump among the first few, nor another player's scale.
        assert!((0..10).all(|k| monitor.see("critic", if k == 5 { 1e9 } else { 1.0 }).is_none()));
        assert!((0..400).all(|k| monitor.see("fit", 1.02_f64.powi(k)).is_none()));
        let median = median(&monitor.norms["fit"]);
        assert!(monitor.see("fit", 99.0 * median).is_none());
        let told = monitor.see("fit", 300.0 * median).unwrap().message;
        assert!(told.starts_with("the gradient of the fit has norm "), "{told}");
    }
}
