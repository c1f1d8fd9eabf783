//! How much noise samples have.

use latent_datasets::synthetic::planted;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How much noise samples have: in a configuration `"noiseless"`, or the signal-to-noise ratio in dB.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Noise {
    /// None.
    Noiseless,
    /// So that each sample has this signal-to-noise ratio in dB.
    Snr(f64),
}

/// As it stands in a configuration.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Decibels(f64),
    Word(String),
}

impl TryFrom<Written> for Noise {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let found = match written {
            Written::Decibels(decibels) if decibels.is_finite() => return Ok(Self::Snr(decibels)),
            Written::Word(word) if word == "noiseless" => return Ok(Self::Noiseless),
            Written::Decibels(decibels) => decibels.to_string(),
            Written::Word(word) => word,
        };
        Err(format!("must be noiseless or a ratio in dB, such as 20, got {found}"))
    }
}

impl From<Noise> for Written {
    fn from(noise: Noise) -> Self {
        match noise {
            Noise::Noiseless => Self::Word(noise.to_string()),
            Noise::Snr(decibels) => Self::Decibels(decibels),
        }
    }
}

impl From<Noise> for planted::Noise {
    fn from(noise: Noise) -> Self {
        match noise {
            Noise::Noiseless => Self::Sd(0.0),
            Noise::Snr(decibels) => Self::SnrDb(decibels),
        }
    }
}

impl fmt::Display for Noise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Noiseless => f.write_str("noiseless"),
            Self::Snr(decibels) => write!(f, "SNR {decibels} dB"),
        }
    }
}
