//! `R + a I(x; z) + b TC(z) + l sum_j KL(q(z_j) || p(z_j))`

use super::vae::gaussian;
use super::{Objective, ObjectiveTerms};
use crate::error::{ModelError, require, require_weight};
use crate::{LatentVariableModel, Observation};
use latent_layers::Context;
use latent_losses::{MinibatchSampling, PerSample, Reduction, decompose_kl};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use serde::{Deserialize, Serialize};

/// The objective of the beta-TCVAE, which weighs the three parts of the divergence by themselves (Chen, Li, Grosse and
/// Duvenaud, *Isolating sources of disentanglement in variational autoencoders*, 2018, equation 4).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TotalCorrelation {
    /// The weight of the mutual information of data and codes.
    pub alpha: f64,
    /// The weight of the total correlation of codes.
    pub beta: f64,
    /// The weight of the divergence of each dimension from the prior.
    pub gamma: f64,
    /// The number of training samples, of which a batch is a part.
    pub samples: usize,
}

impl Default for TotalCorrelation {
    /// `beta = 6`, for 60,000 samples.
    fn default() -> Self {
        Self { alpha: 1.0, beta: 6.0, gamma: 1.0, samples: 60_000 }
    }
}

impl<E: Scalar> Objective<E> for TotalCorrelation {
    fn check(&self) -> Result<(), ModelError> {
        [("alpha", self.alpha), ("beta", self.beta), ("gamma", self.gamma)]
            .into_iter()
            .try_for_each(|(key, weight)| require_weight(key, weight))?;
        require(self.samples > 1, "samples", self.samples, "at least 2")
    }

    fn terms(
        &self,
        model: &LatentVariableModel<E>,
        observed: &Observation<E>,
        _: u64,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<ObjectiveTerms<E>, ModelError> {
        let batch = observed.samples();
        require(batch > 1, "batch_size", batch, "at least 2, for the total correlation")?;
        let draws = model.draws(observed, 1, context, noise)?;
        let q = gaussian(&*draws.posterior, "beta", self.beta)?;
        let parts = decompose_kl(&draws.draw.z, q, self.samples.max(batch), MinibatchSampling::Stratified)?;
        let reconstruction = -draws.log_likelihood.mean();
        let contributions = vec![
            ("reconstruction", reconstruction.clone()),
            ("mutual_information", &parts.index_code_mutual_information * E::of(self.alpha)),
            ("total_correlation", &parts.total_correlation * E::of(self.beta)),
            ("dimension_wise_kl", &parts.dimension_wise_kl * E::of(self.gamma)),
        ];
        let kl = Some(PerSample.reduce(&draws.kl(context)?).mean().detach());
        Ok(ObjectiveTerms::new(contributions, reconstruction, kl, draws.draw.losses))
    }
}
