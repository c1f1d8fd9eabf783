//! A generator that has few kinds of samples.

use super::{Monitor, Warning, value};
use crate::{Event, Name, Position, TaskError};

/// Warns when samples are of fewer kinds than half of those that there are, at a validation after the first epoch: the
/// generator has left the others out.
///
/// How many kinds there are among samples is a term of validations, such as the exponential of the entropy of the classes
/// that a classifier finds in them (Che et al., *Mode regularized generative adversarial networks*, ICLR 2017, judge by
/// such classes).
#[derive(Clone, Debug)]
pub struct ModeCollapse {
    term: Name,
    classes: usize,
}

impl ModeCollapse {
    /// Watches the term of evaluations that counts the kinds of samples, against the number of kinds in the data.
    pub fn new(term: impl Into<Name>, classes: usize) -> Self {
        Self { term: term.into(), classes }
    }
}

impl<T: ?Sized> Monitor<T> for ModeCollapse {
    fn name(&self) -> &'static str {
        "mode_collapse"
    }

    fn look(&mut self, event: &Event<'_>, at: Position, _: &T) -> Result<Option<Warning>, TaskError> {
        let Event::Validation(validation) = event else { return Ok(None) };
        let Some(found) = value(&validation.values, &self.term).filter(|_| at.epoch > 0) else { return Ok(None) };
        if found >= 0.5 * self.classes as f64 {
            return Ok(None);
        }
        Ok(Some(Warning {
            message: format!(
                "samples are as varied as {found:.2} equally frequent classes, of {} in the data",
                self.classes
            ),
            remedy: "give the discriminator a gradient penalty or spectral normalisation, take larger batches or a \
                     smaller learning rate, or condition both players on the class"
                .to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Evaluated, Validation};

    fn look(found: Option<f64>, epoch: u64) -> Option<Warning> {
        let values = found.map(|found| ("effective_classes".into(), found)).into_iter().collect();
        let validation = Validation { on: Evaluated::Test, values, improved: true, averaged: false };
        let mut monitor = ModeCollapse::new("effective_classes", 10);
        monitor.look(&Event::Validation(&validation), Position { step: 9, steps: 99, epoch }, &()).unwrap()
    }

    #[test]
    fn samples_of_one_class_are_told_once_they_should_be_of_all() {
        let warning = look(Some(1.06), 1).unwrap();
        assert!(warning.message.contains("1.06 equally frequent classes, of 10"), "{}", warning.message);
        assert_eq!(look(Some(1.06), 0), None, "it has just begun");
        assert_eq!((look(Some(5.0), 1), look(Some(9.8), 1), look(None, 1)), (None, None, None));
    }
}
