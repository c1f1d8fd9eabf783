//! How a player of a task is trained.

use latent_layers::{Module, Parameter};
use latent_optim::{AverageSettings, Clip, OptimError, Optimizer, WeightAverage};
use std::collections::BTreeSet;

/// How a player of a task is trained: its optimiser with its state, and what is done beside its steps.
pub struct Player {
    pub(crate) optimizer: Box<dyn Optimizer>,
    pub(crate) clip: Clip,
    pub(crate) average: Option<WeightAverage>,
    pub(crate) last_norm: Option<f64>,
    /// The paths of parameters that are not trained.
    frozen: BTreeSet<String>,
    description: String,
}

impl Player {
    /// A player whose parameters this optimiser changes, without clipping and averages.
    pub fn new(optimizer: Box<dyn Optimizer>) -> Self {
        let description = optimizer.name().to_owned();
        let (clip, frozen) = (Clip::None, BTreeSet::new());
        Self { optimizer, clip, average: None, last_norm: None, frozen, description }
    }

    /// Clips the gradients of each step before the optimiser has them.
    #[must_use]
    pub fn clip(mut self, clip: Clip) -> Self {
        self.clip = clip;
        self
    }

    /// With parameters of these paths that stay as they are.
    pub(crate) fn freeze(mut self, paths: BTreeSet<String>) -> Self {
        self.frozen = paths;
        self
    }

    /// In these words.
    pub(crate) fn described(mut self, description: String) -> Self {
        self.description = description;
        self
    }

    /// How it is trained, in a line.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The parameters of its module that are trained.
    pub(crate) fn trained<'m>(&self, module: &'m dyn Module) -> Vec<(String, &'m Parameter)> {
        let mut parameters = module.parameters();
        parameters.retain(|(path, _)| !self.frozen.contains(path));
        parameters
    }

    /// Whether the average has to be updated after a step, which has not all of the parameters, or makes several moves.
    pub(crate) fn averages_afterwards(&self) -> bool {
        !self.frozen.is_empty() || self.optimizer.evaluates_loss()
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
