//! What processes tell each other of batches.

use crate::task::TaskError;
use crate::terms::Terms;
use latent_numeric::ranks::Ranks;
use latent_tensor::{NonFinite, first_non_finite};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// What each rank has to say, or the error of the first that has one: its own as it is, that of another in words.
pub(super) fn exchange<R>(ranks: &dyn Ranks, mine: Result<R, TaskError>) -> Result<Vec<R>, TaskError>
where
    R: Serialize + DeserializeOwned,
{
    if ranks.size() == 1 {
        return Ok(vec![mine?]);
    }
    let told = mine.as_ref().map_err(ToString::to_string);
    let messages = ranks.gather(&serde_json::to_vec(&told)?);
    mine?;
    let read = |(rank, message): (usize, Vec<u8>)| {
        let told: Result<R, String> = serde_json::from_slice(&message)?;
        told.map_err(|error| TaskError::from(format!("process {rank}: {error}")))
    };
    messages.into_iter().enumerate().map(read).collect()
}

/// What a batch came to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Report {
    pub samples: usize,
    #[serde(with = "named_bits")]
    pub values: Vec<(&'static str, f64)>,
}

impl Report {
    pub fn of(terms: &Terms) -> Self {
        Self { samples: terms.samples(), values: terms.values().to_vec() }
    }
}

/// A term that is not finite.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Unusable {
    #[serde(with = "named_bits")]
    term: Vec<(&'static str, f64)>,
    origin: Option<Origin>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Origin {
    operator: String,
    shape: Vec<usize>,
    inputs: Vec<Vec<usize>>,
}

impl Unusable {
    /// The first of the terms, and where it came from.
    pub fn among(terms: &Terms) -> Option<Self> {
        let term = *terms.values().iter().find(|(_, value)| !value.is_finite())?;
        let origin = first_non_finite(terms.objective());
        let origin =
            origin.map(|NonFinite { operator, shape, inputs }| Origin { operator: operator.into(), shape, inputs });
        Some(Self { term: vec![term], origin })
    }

    /// Its name, its value, and the operator that it came from.
    pub fn found(self) -> (&'static str, f64, Option<NonFinite>) {
        let (what, value) = self.term[0];
        let known = |Origin { operator, shape, inputs }| NonFinite { operator: known(&operator), shape, inputs };
        let origin = self.origin.map(known);
        (what, value, origin)
    }
}

/// Numbers as their bits: JSON has no NaN.
mod named_bits {
    use super::{Deserialize, Deserializer, Serialize, Serializer, known};

    pub fn serialize<S: Serializer>(values: &[(&'static str, f64)], to: S) -> Result<S::Ok, S::Error> {
        values.iter().map(|(name, value)| (name, value.to_bits())).collect::<Vec<_>>().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(&'static str, f64)>, D::Error> {
        let values = Vec::<(String, u64)>::deserialize(from)?;
        Ok(values.into_iter().map(|(name, bits)| (known(&name), f64::from_bits(bits))).collect())
    }
}

/// The same name, for ever: there are as many as the program has terms and operators.
fn known(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let name: &'static str = Box::leak(name.into());
    names.insert(name);
    name
}
