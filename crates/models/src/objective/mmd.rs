//! `R + (1 - a) KL + (a + l - 1) MMD(q(z), p(z))`

use super::{Objective, ObjectiveTerms};
use crate::error::{ModelError, require, require_weight};
use crate::{LatentVariableModel, Observation};
use latent_layers::Context;
use latent_losses::{Estimator, Kernel, PerSample, Reduction, mmd};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use serde::{Deserialize, Serialize};

/// The objective of InfoVAE (Zhao, Song and Ermon 2019, equation 6), which holds the codes of a batch against draws of the
/// prior by the maximum mean discrepancy; with `alpha = 1` and a deterministic encoder that of the Wasserstein autoencoder
/// (Tolstikhin et al. 2018, WAE-MMD).
///
/// The kernel is a sum of inverse multiquadratics `c / (c + d^2)` with `c = 2 latent_dim s` and `s` of 0.1, 0.2, 0.5, 1, 2,
/// 5 and 10, as in the published code of WAE.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MaximumMeanDiscrepancy {
    /// How much of the KL divergence is left out, at most 1.
    pub alpha: f64,
    /// The weight of the discrepancy is `alpha + lambda - 1`.
    pub lambda: f64,
}

impl Default for MaximumMeanDiscrepancy {
    /// `alpha = 1` and `lambda = 10`.
    fn default() -> Self {
        Self { alpha: 1.0, lambda: 10.0 }
    }
}

const SCALES: [f64; 7] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

impl<E: Scalar> Objective<E> for MaximumMeanDiscrepancy {
    fn check(&self) -> Result<(), ModelError> {
        require(self.alpha <= 1.0 && self.alpha.is_finite(), "alpha", self.alpha, "at most 1")?;
        require_weight("lambda", self.lambda)?;
        let weight = self.alpha + self.lambda - 1.0;
        require(
            weight >= 0.0,
            "lambda",
            self.lambda,
            "at least 1 - alpha, so that the discrepancy has no negative weight",
        )
    }

    fn terms(
        &self,
        model: &LatentVariableModel<E>,
        observed: &Observation<E>,
        _: u64,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<ObjectiveTerms<E>, ModelError> {
        let samples = observed.samples();
        require(samples > 1, "batch_size", samples, "at least 2, for the discrepancy of different codes")?;
        let draws = model.draws(observed, 1, context, noise)?;
        let of_prior = model.prior_codes(samples, observed.condition.as_ref(), noise)?;
        let flat = [samples, model.latent_dim()];
        let scales = SCALES.map(|scale| 2.0 * model.latent_dim() as f64 * scale).to_vec();
        let kernel = Kernel::InverseMultiquadratic { scales };
        let discrepancy = mmd(&draws.draw.z.reshape(&flat), &of_prior.reshape(&flat), &kernel, Estimator::Unbiased)?;

        let reconstruction = -draws.log_likelihood.mean();
        let mut contributions = vec![("reconstruction", reconstruction.clone())];
        let kl = if self.alpha < 1.0 {
            let kl = PerSample.reduce(&draws.kl(context)?).mean();
            contributions.push(("weighted_kl", &kl * E::of(1.0 - self.alpha)));
            Some(kl)
        } else {
            None
        };
        contributions.push(("discrepancy", discrepancy * E::of(self.alpha + self.lambda - 1.0)));
        Ok(ObjectiveTerms::new(contributions, reconstruction, kl, draws.draw.losses))
    }
}
