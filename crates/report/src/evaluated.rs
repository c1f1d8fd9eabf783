//! What is evaluated while training.

use serde::Deserialize;
use std::fmt;

/// Which samples were evaluated while training, as `metrics.jsonl` says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evaluated {
    /// Samples that are held out of training.
    #[default]
    HeldOut,
    /// Samples of the test set, by which nothing is chosen.
    Test,
}

impl Evaluated {
    /// The name of their curves: `validation` or `test`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HeldOut => "validation",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Evaluated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
