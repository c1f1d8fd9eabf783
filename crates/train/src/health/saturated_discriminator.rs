//! A discriminator that has won.

use super::{Monitor, Warning, value};
use crate::{Event, Name, Position, TaskError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Warns when a discriminator's mean loss stays close to its lower bound for some windows of steps: its outputs are
/// saturated then, and a generator learns little from them (Arjovsky and Bottou, *Towards principled methods for
/// training generative adversarial networks*, ICLR 2017).
///
/// For losses with a lower bound; a Wasserstein critic's has none.
#[derive(Clone, Debug)]
pub struct SaturatedDiscriminator {
    player: Name,
    term: Name,
    level: f64,
    window: u64,
    patience: u64,
    seen: Seen,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Seen {
    /// Of the window so far.
    sum: f64,
    count: u64,
    /// Whole windows below the level.
    in_a_row: u64,
}

impl SaturatedDiscriminator {
    /// Watches this player, whose loss counts as saturated below `level`: 0.05 nats for the logistic losses, whose
    /// bound is zero and whose value for a discriminator that cannot tell is `2 ln 2`.
    pub fn new(player: impl Into<Name>, level: f64) -> Self {
        Self { player: player.into(), term: "objective".into(), level, window: 100, patience: 3, seen: Seen::default() }
    }

    /// Watches another term than the whole objective, for example one without a gradient penalty.
    #[must_use]
    pub fn term(self, term: impl Into<Name>) -> Self {
        Self { term: term.into(), ..self }
    }

    /// Warns after so many windows in a row of so many of the player's steps each, instead of 3 windows of 100.
    #[must_use]
    pub fn patience(self, window: u64, patience: u64) -> Self {
        Self { window: window.max(1), patience, ..self }
    }
}

impl<T: ?Sized> Monitor<T> for SaturatedDiscriminator {
    fn name(&self) -> &'static str {
        "saturated_discriminator"
    }

    fn look(&mut self, event: &Event<'_>, _: Position, _: &T) -> Result<Option<Warning>, TaskError> {
        let Event::Step(step) = event else { return Ok(None) };
        let Some(loss) = value(&step.values, &self.term).filter(|_| step.player == self.player) else {
            return Ok(None);
        };
        let seen = &mut self.seen;
        seen.sum += loss;
        seen.count += 1;
        if seen.count < self.window {
            return Ok(None);
        }
        let mean = seen.sum / seen.count as f64;
        let in_a_row = if mean < self.level { seen.in_a_row + 1 } else { 0 };
        *seen = Seen { in_a_row, ..Seen::default() };
        if in_a_row < self.patience {
            return Ok(None);
        }
        Ok(Some(Warning {
            message: format!(
                "the {} of the {} was {mean:.4} on average in its last {} steps, and below {} in {} before: it tells \
                 everything apart",
                self.term,
                self.player,
                self.window,
                self.level,
                self.window * (self.patience - 1),
            ),
            remedy: "give it fewer steps or a lower learning rate, regularise it with a gradient penalty or spectral \
                     normalisation, or add noise to what it sees"
                .to_owned(),
        }))
    }

    fn save(&self) -> Option<Value> {
        Some(json!(self.seen))
    }

    fn load(&mut self, memory: Value) -> Result<(), serde_json::Error> {
        self.seen = serde_json::from_value(memory)?;
        Ok(())
    }
}
