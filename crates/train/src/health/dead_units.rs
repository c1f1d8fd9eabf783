//! Units that are never used.

use super::{Monitor, Warning};
use crate::{Event, Position, TaskError};

/// Warns at a validation after the first epoch when a tenth of all units, such as the atoms of a dictionary or the
/// rectifiers of a layer, are used by no sample.
pub struct DeadUnits<F> {
    name: &'static str,
    what: &'static str,
    remedy: String,
    probe: F,
}

impl<F> DeadUnits<F> {
    /// Watches the atoms of a dictionary; `usage` gives for each the share of some samples whose code uses it.
    pub fn atoms(usage: F) -> Self {
        let remedy = "lower lambda, take fewer atoms, or replace dead atoms by samples that are badly reconstructed";
        Self { name: "dead_atoms", what: "atoms", remedy: remedy.to_owned(), probe: usage }
    }

    /// Watches rectified units; `usage` gives for each the share of some samples for which it is not zero.
    pub fn rectifiers(usage: F) -> Self {
        let remedy = "lower the learning rate, warm it up, or take an activation that is not flat, such as leaky ReLU";
        Self { name: "dead_units", what: "units", remedy: remedy.to_owned(), probe: usage }
    }
}

impl<T: ?Sized, F> Monitor<T> for DeadUnits<F>
where
    F: FnMut(&T) -> Result<Vec<f64>, TaskError>,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn look(&mut self, event: &Event<'_>, at: Position, task: &T) -> Result<Option<Warning>, TaskError> {
        if !matches!(event, Event::Validation(_)) || at.epoch == 0 {
            return Ok(None);
        }
        let usage = (self.probe)(task)?;
        let dead = usage.iter().filter(|&&share| share <= 0.0).count();
        if dead == 0 || dead * 10 < usage.len() {
            return Ok(None);
        }
        let message = format!("{dead} of {} {} are used by no sample", usage.len(), self.what);
        Ok(Some(Warning { message, remedy: self.remedy.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Validation;

    #[test]
    fn a_tenth_of_dead_atoms_is_told() {
        let at = Position { step: 9, steps: 99, epoch: 1 };
        let look = |dead: usize| {
            let usage: Vec<f64> = (0..100).map(|k| if k < dead { 0.0 } else { 0.2 }).collect();
            let validation =
                Validation { on: crate::Evaluated::HeldOut, values: vec![], improved: true, averaged: false };
            DeadUnits::atoms(|(): &()| Ok(usage.clone())).look(&Event::Validation(&validation), at, &()).unwrap()
        };
        assert_eq!(look(9), None);
        assert_eq!(look(10).unwrap().message, "10 of 100 atoms are used by no sample");
    }
}
