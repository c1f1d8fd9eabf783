//! What is seen in the terminal.

use super::Records;
use crate::progress::Progress;
use crate::short::short;
use crate::{Event, Name, Observer, Position, TaskError, Validation};
use std::ops::ControlFlow;

/// A progress bar over steps with rate, time left and the terms of the last losses; a line for each validation. Where
/// the standard error is no terminal, plain lines now and then.
#[derive(Debug)]
pub struct Console {
    records: Records,
    title: String,
    last: Vec<(Name, String)>,
}

impl Console {
    /// Shows the training of this run, with a title before the bar.
    pub fn new(records: Records, title: impl Into<String>) -> Self {
        Self { records, title: title.into(), last: Vec::new() }
    }
}

/// `objective 101.2, reconstruction 97.1`
fn listed(values: &[(Name, f64)]) -> String {
    let texts: Vec<String> = values.iter().map(|(name, value)| format!("{name} {}", short(*value))).collect();
    texts.join(", ")
}

fn validation_line(validation: &Validation, at: Position) -> String {
    let averaged = if validation.averaged { " of averaged weights" } else { "" };
    let best = if validation.improved { ", the best so far" } else { "" };
    let Position { step, epoch, .. } = at;
    format!("epoch {epoch}, step {step}: {}{averaged}: {}{best}", validation.on, listed(&validation.values))
}

impl<T: ?Sized> Observer<T> for Console {
    fn observe(&mut self, event: &Event<'_>, at: Position, _: &T) -> Result<ControlFlow<()>, TaskError> {
        match event {
            Event::Prepared => {}
            Event::Begin => {
                let progress = Progress::going_on(&self.title, at.steps, "steps", at.step);
                self.records.with_progress(|shown| *shown = Some(progress));
            }
            Event::Step(step) => {
                let text = listed(&step.values);
                match self.last.iter_mut().find(|(player, _)| *player == step.player) {
                    Some((_, last)) => *last = text,
                    None => self.last.push((step.player.clone(), text)),
                }
                let note = match &self.last[..] {
                    [(_, only)] => only.clone(),
                    all => all.iter().map(|(player, text)| format!("{player}: {text}")).collect::<Vec<_>>().join("; "),
                };
                self.records.with_progress(|shown| {
                    if let Some(progress) = shown {
                        progress.note(note);
                        progress.advance(1);
                    }
                });
            }
            Event::Validation(validation) => self.records.say(&validation_line(validation, at)),
            Event::End(_) => self.records.with_progress(|shown| {
                if let Some(progress) = shown.take() {
                    progress.finish();
                }
            }),
        }
        Ok(ControlFlow::Continue(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Evaluated;

    #[test]
    fn a_validation_is_one_line() {
        let values = [("objective", 101.234), ("kl", 0.012_345), ("accuracy", 0.0), ("scale", 2.5e-7)];
        let values = values.map(|(name, value)| (name.into(), value)).to_vec();
        let validation = Validation { on: Evaluated::HeldOut, values, improved: true, averaged: true };
        let at = Position { step: 469, steps: 4690, epoch: 1 };
        assert_eq!(
            validation_line(&validation, at),
            "epoch 1, step 469: validation of averaged weights: objective 101.2, kl 0.01235, accuracy 0, \
             scale 2.50e-7, the best so far"
        );
        let of_test = Validation { on: Evaluated::Test, improved: false, averaged: false, ..validation };
        assert!(validation_line(&of_test, at).starts_with("epoch 1, step 469: test: objective 101.2, "));
    }
}
