//! Changes refused that would change the sentiment.

use super::CHECKED;
use crate::error::Fault;
use crate::steps::{Name, Step};
use crate::text::run::{Run, run};
use crate::text::{Resources, TokenizedText};
use serde::{Deserialize, Serialize};
use toml::Table;

/// Applies its `steps`, and keeps what comes out only if its [polarity](crate::text::Lexicon::polarity) is that of the
/// text before. If not, other draws are tried; after `attempts` of them the text stays as it was.
///
/// Attempt `k` draws from the streams of its steps with `k` before their place: `[epoch, sample, place.., k, place..]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PreserveSentiment<O> {
    /// How often to try, at least 1.
    pub attempts: usize,
    /// The operators to apply.
    #[serde(skip)]
    pub steps: Vec<Step<O>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    #[serde(default = "ten")]
    attempts: usize,
}

/// The name in a configuration.
pub(crate) const NAME: &str = "preserve_sentiment";

fn ten() -> usize {
    10
}

impl<O> PreserveSentiment<O> {
    /// The steps, tried at most ten times.
    pub fn new(steps: Vec<Step<O>>) -> Self {
        Self { attempts: ten(), steps }
    }

    pub(crate) fn read(table: Table, steps: Vec<Step<O>>) -> Result<Self, toml::de::Error> {
        let Parameters { attempts } = table.try_into()?;
        Ok(Self { attempts, steps })
    }

    pub(crate) fn check(&self) -> Result<(), Fault> {
        if (1..=1_000_000).contains(&self.attempts) {
            return Ok(());
        }
        Err(Fault::parameter("attempts", self.attempts, "a whole number from 1 to 1000000"))
    }
}

/// Applies the steps to a text that has words. The resources have been checked.
pub(crate) fn apply<O: Run>(
    filter: &PreserveSentiment<O>,
    text: &mut TokenizedText,
    resources: &Resources,
    name: &mut Name,
) {
    let lexicon = resources.lexicon().expect(CHECKED);
    // Of what is written: a synonym may have several words, and Chinese ones may part elsewhere.
    let polarity_of = |text: &TokenizedText| lexicon.polarity(resources.tokenizer.tokenize(&text.to_string()).words());
    let polarity = polarity_of(text);
    for attempt in 0..filter.attempts {
        let mut changed = text.clone();
        name.indices.push(attempt as u64);
        run(&filter.steps, name, &mut changed, resources);
        name.indices.pop();
        if polarity_of(&changed) == polarity {
            *text = changed;
            return;
        }
    }
}
