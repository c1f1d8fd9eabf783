//! The average of weights in a configuration.

use super::{Check, Problems};
use latent_optim::AverageSettings;
use serde::{Deserialize, Serialize};

/// An exponential moving average of a player's weights, which is then what is evaluated and kept.
///
/// ```toml
/// [optimizer.average]
/// decay = 0.999      # the share of the past
/// warm_up = true     # in the first steps less: min(decay, (1 + t) / (10 + t))
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Average {
    /// The weight of the average so far against the new weights at each step, in [0, 1).
    pub decay: f64,
    /// Whether the decay is smaller in the first steps: `min(decay, (1 + t) / (10 + t))`.
    pub warm_up: bool,
    /// Whether the average begins at zero and is divided by the weight of all that is in it, `1 - decay^t` without warm-up;
    /// otherwise it begins at the first weights.
    pub bias_correction: bool,
}

impl Default for Average {
    fn default() -> Self {
        let AverageSettings { decay, warm_up, bias_correction } = AverageSettings::default();
        Self { decay, warm_up, bias_correction }
    }
}

impl From<Average> for AverageSettings {
    fn from(Average { decay, warm_up, bias_correction }: Average) -> Self {
        Self { decay, warm_up, bias_correction }
    }
}

impl Check for Average {
    fn check(&self, problems: &mut Problems) {
        let fits = (0.0..1.0).contains(&self.decay);
        problems.require(fits, "decay", format!("must be in [0, 1), got {}", self.decay));
    }
}
