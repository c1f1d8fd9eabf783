//! What the loop does how often.

use crate::Every;
use crate::early_stopping::{EarlyStopping, Mode};
use crate::every::Pace;
use crate::name::Name;
use serde::{Deserialize, Serialize};

/// After how many steps or epochs training is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// After so many steps, of all players together.
    Steps(u64),
    /// After so many passes over the training data.
    Epochs(u64),
}

impl Limit {
    pub(crate) fn steps(self, pace: Pace) -> u64 {
        match self {
            Self::Steps(steps) => steps,
            Self::Epochs(epochs) => pace.steps(epochs),
        }
    }
}

/// The settings of the training loop: batch parts, evaluations, checkpoints, early stopping.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The seed of every random draw.
    pub seed: u64,
    /// After how many steps or epochs training is finished.
    pub limit: Limit,
    /// The number of batches whose gradients make one step, at least one, each weighed by its samples. They do not see
    /// each other: the model's state, such as running means, is that before the step for all, and the mean over samples
    /// of what they leave after it.
    pub accumulate: u64,
    /// How many steps each player makes before it is the next one's turn; one each if empty.
    pub turns: Vec<u64>,
    /// How often held-out or test samples are evaluated; they always are at the end.
    pub validate: Every,
    /// The term of evaluations that early stopping and the best checkpoint go by.
    pub watch: String,
    /// Whether smaller or larger values of that term are better.
    pub mode: Mode,
    /// When to stop because that term no longer improves; the best weights are put back then, and at the end.
    pub early_stopping: Option<EarlyStopping>,
}

impl Settings {
    /// The defaults: one batch a step, players in turns of one step, and an evaluation of the objective after each
    /// epoch.
    pub fn new(limit: Limit, seed: u64) -> Self {
        Self {
            seed,
            limit,
            accumulate: 1,
            turns: Vec::new(),
            validate: Every::Epochs(1),
            watch: "objective".to_owned(),
            mode: Mode::Min,
            early_stopping: None,
        }
    }

    pub(crate) fn check(&self, players: &[Name]) -> Result<(), String> {
        if self.accumulate == 0 {
            return Err("accumulate is 0, expected at least one batch a step".to_owned());
        }
        if !self.turns.is_empty() && (self.turns.len() != players.len() || self.turns.iter().all(|&turn| turn == 0)) {
            return Err(format!(
                "turns {:?} for the players {players:?}: one number for each, not all zero",
                self.turns
            ));
        }
        Ok(())
    }

    /// Whether a value of what is watched is better than another.
    pub(crate) fn better(&self, value: f64, than: f64) -> bool {
        match self.mode {
            Mode::Max => value > than,
            Mode::Min => value < than,
        }
    }

    /// Whose turn it is after so many steps.
    pub(crate) fn player(&self, step: u64, players: usize) -> usize {
        if self.turns.is_empty() {
            return (step % players as u64) as usize;
        }
        let mut left = step % self.turns.iter().sum::<u64>();
        for (player, &turn) in self.turns.iter().enumerate() {
            if left < turn {
                return player;
            }
            left -= turn;
        }
        unreachable!("less than the sum")
    }
}
