//! What processes tell each other of batches.

use crate::name::Name;
use crate::task::TaskError;
use crate::terms::Terms;
use latent_numeric::ranks::Ranks;
use latent_tensor::{NonFinite, first_non_finite};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

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
    values: Vec<(Name, Bits)>,
}

impl Report {
    pub fn of(terms: &Terms) -> Self {
        let values = terms.values().iter().map(|(name, value)| (name.clone(), Bits::of(*value))).collect();
        Self { samples: terms.samples(), values }
    }

    /// The terms by name.
    pub fn values(self) -> Vec<(Name, f64)> {
        self.values.into_iter().map(|(name, bits)| (name, bits.value())).collect()
    }
}

/// A term that is not finite.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NonFiniteTerm {
    pub name: Name,
    value: Bits,
    origin: Option<Origin>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Origin {
    operator: Name,
    shape: Vec<usize>,
    inputs: Vec<Vec<usize>>,
}

impl NonFiniteTerm {
    /// The first of the terms that is not finite, and where it came from.
    pub fn among(terms: &Terms) -> Option<Self> {
        let (name, value) = terms.values().iter().find(|(_, value)| !value.is_finite())?;
        let origin = first_non_finite(terms.objective());
        let origin = origin.map(|NonFinite { operator, shape, inputs }| Origin { operator, shape, inputs });
        Some(Self { name: name.clone(), value: Bits::of(*value), origin })
    }

    pub fn value(&self) -> f64 {
        self.value.value()
    }

    /// The operator that it came from.
    pub fn origin(self) -> Option<NonFinite> {
        self.origin.map(|Origin { operator, shape, inputs }| NonFinite { operator, shape, inputs })
    }
}

/// A number as its bits: JSON has no NaN.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Bits(u64);

impl Bits {
    fn of(value: f64) -> Self {
        Self(value.to_bits())
    }

    fn value(self) -> f64 {
        f64::from_bits(self.0)
    }
}
