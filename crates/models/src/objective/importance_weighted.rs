//! `MIWAE_(m, k) = 1/m sum_j ln 1/k sum_i w_ji`, `CIWAE_b = b ELBO + (1 - b) IWAE_k`

use super::{Objective, ObjectiveTerms};
use crate::error::{ModelError, require};
use crate::{LatentVariableModel, Observation};
use latent_layers::Context;
use latent_losses::iwae;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use serde::{Deserialize, Serialize};

/// Importance-weighted bounds: IWAE (Burda, Grosse and Salakhutdinov 2016), and with several groups of draws or a part of
/// the ELBO MIWAE and CIWAE (Rainforth et al., *Tighter variational bounds are not necessarily better*, 2018).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportanceWeighted {
    /// Draws in the logarithm, `k`.
    pub draws: usize,
    /// Bounds that are averaged, `m`: more than one is MIWAE.
    pub groups: usize,
    /// The weight of the ELBO beside that of the bound, in [0, 1]: more than zero is CIWAE.
    pub elbo: f64,
}

impl Default for ImportanceWeighted {
    /// IWAE of five draws.
    fn default() -> Self {
        Self { draws: 5, groups: 1, elbo: 0.0 }
    }
}

impl<E: Scalar> Objective<E> for ImportanceWeighted {
    fn check(&self) -> Result<(), ModelError> {
        require(self.draws > 0, "draws", self.draws, "at least 1")?;
        require(self.groups > 0, "groups", self.groups, "at least 1")?;
        require((0.0..=1.0).contains(&self.elbo), "elbo", self.elbo, "in [0, 1]")
    }

    fn terms(
        &self,
        model: &LatentVariableModel<E>,
        observed: &Observation<E>,
        _: u64,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<ObjectiveTerms<E>, ModelError> {
        let (samples, all) = (observed.samples(), self.groups * self.draws);
        let draws = model.draws(observed, all, context, noise)?;
        let log_weights = draws.log_weights(context)?;
        let bound = iwae(&log_weights.reshape(&[samples * self.groups, self.draws])).mean();
        let elbo = log_weights.mean();
        let (share, rest) = (E::of(self.elbo), E::of(1.0 - self.elbo));
        let mut contributions = vec![("negative_importance_bound", -bound * rest)];
        if self.elbo > 0.0 {
            contributions.push(("negative_elbo", -&elbo * share));
        }
        let reconstruction = -draws.log_likelihood.mean();
        let kl = Some((-&elbo - &reconstruction).detach());
        Ok(ObjectiveTerms::new(contributions, reconstruction, kl, draws.draw.losses))
    }
}
