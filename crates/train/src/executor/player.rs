//! How a player of a task is trained.

use latent_layers::Module;
use latent_optim::{AverageSettings, Clip, OptimError, Optimizer, WeightAverage};

/// How a player of a task is trained.
pub struct Player {
    pub(crate) optimizer: Box<dyn Optimizer>,
    pub(crate) clip: Clip,
    pub(crate) average: Option<WeightAverage>,
    pub(crate) last_norm: Option<f64>,
}

impl Player {
    /// By this optimiser.
    pub fn new(optimizer: Box<dyn Optimizer>) -> Self {
        Self { optimizer, clip: Clip::None, average: None, last_norm: None }
    }

    /// With its gradients kept small.
    #[must_use]
    pub fn clip(mut self, clip: Clip) -> Self {
        self.clip = clip;
        self
    }

    /// With an average of its weights, which is what is evaluated.
    ///
    /// # Errors
    /// If the settings are outside their domain.
    pub fn average(mut self, settings: AverageSettings, module: &dyn Module) -> Result<Self, OptimError> {
        self.average = Some(WeightAverage::new(settings, module)?);
        Ok(self)
    }
}
