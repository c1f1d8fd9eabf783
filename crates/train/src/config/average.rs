//! The average of weights in a configuration.

use super::{Check, Problems};
use latent_optim::AverageSettings;

/// ```toml
/// [optimizer.average]
/// decay = 0.999      # the share of the past
/// warm_up = true     # in the first steps less: min(decay, (1 + t) / (10 + t))
/// ```
impl Check for AverageSettings {
    fn check(&self, problems: &mut Problems) {
        let fits = (0.0..1.0).contains(&self.decay);
        problems.require(fits, "decay", format!("must be in [0, 1), got {}", self.decay));
    }
}
