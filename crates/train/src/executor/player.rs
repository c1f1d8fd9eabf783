//! How a player of a task is trained.

use latent_layers::Module;
use latent_optim::{AverageSettings, Clip, OptimError, Optimizer, WeightAverage};

/// The optimiser of one player of a task, with its clipping of gradients and average of weights.
pub struct Player {
    pub(crate) optimizer: Box<dyn Optimizer>,
    pub(crate) clip: Clip,
    pub(crate) average: Option<WeightAverage>,
    pub(crate) last_norm: Option<f64>,
}

impl Player {
    /// A player whose parameters this optimiser changes, without clipping and averages.
    pub fn new(optimizer: Box<dyn Optimizer>) -> Self {
        Self { optimizer, clip: Clip::None, average: None, last_norm: None }
    }

    /// Clips the gradients of each step before the optimiser has them.
    #[must_use]
    pub fn clip(mut self, clip: Clip) -> Self {
        self.clip = clip;
        self
    }

    /// Keeps an average of the weights of this module, which is then what is evaluated.
    ///
    /// # Errors
    /// If the settings are outside their domain.
    pub fn average(mut self, settings: AverageSettings, module: &dyn Module) -> Result<Self, OptimError> {
        self.average = Some(WeightAverage::new(settings, module)?);
        Ok(self)
    }
}
