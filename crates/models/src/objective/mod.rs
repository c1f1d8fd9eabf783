//! What a latent-variable model minimises.

mod importance_weighted;
mod mmd;
mod regularized_autoencoder;
mod terms;
mod total_correlation;
mod vae;

pub use importance_weighted::ImportanceWeighted;
pub use mmd::MaximumMeanDiscrepancy;
pub use regularized_autoencoder::RegularizedAutoencoder;
pub use terms::ObjectiveTerms;
pub use total_correlation::TotalCorrelation;
pub use vae::VaeObjective;

use crate::error::ModelError;
use crate::{LatentVariableModel, Observation};
use latent_layers::Context;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;

/// A loss of a [`LatentVariableModel`] on a batch, by its terms.
pub trait Objective<E: Scalar = f32>: Send + Sync {
    /// Whether the settings make sense, together too.
    ///
    /// # Errors
    /// The first that does not, by its name.
    fn check(&self) -> Result<(), ModelError> {
        Ok(())
    }

    /// The terms on a batch in step `step` of the training. Layers draw from the context, codes from `noise`.
    ///
    /// # Errors
    /// If the data do not fit the model, or the model has not what the objective needs.
    fn terms(
        &self,
        model: &LatentVariableModel<E>,
        observed: &Observation<E>,
        step: u64,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<ObjectiveTerms<E>, ModelError>;

    /// The name and value of a weight that changes with the steps, to be reported.
    fn scheduled(&self, _step: u64) -> Option<(&'static str, f64)> {
        None
    }
}
