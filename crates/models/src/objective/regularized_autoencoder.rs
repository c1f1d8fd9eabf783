//! `-ln p(x | z) + w 1/2 |z|^2 + l2 1/2 |decoder|^2`

use super::{Objective, ObjectiveTerms};
use crate::error::{ModelError, require_weight};
use crate::{LatentVariableModel, Observation};
use latent_layers::Context;
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_regularizers::{l2, total, weights};
use serde::{Deserialize, Serialize};

/// The loss of autoencoders: the reconstruction, the squared length of codes, and L2 on the decoder (Ghosh et al., *From
/// variational to deterministic autoencoders*, 2020, equation 6). For codes without a density: deterministic and quantised
/// ones, whose own losses are added.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegularizedAutoencoder {
    /// The weight of half the squared length of a code.
    pub code: f64,
    /// The weight of half the sum of the decoder's squared weights.
    pub decoder_l2: f64,
}

impl Default for RegularizedAutoencoder {
    /// The reconstruction alone.
    fn default() -> Self {
        Self { code: 0.0, decoder_l2: 0.0 }
    }
}

impl<E: Scalar> Objective<E> for RegularizedAutoencoder {
    fn check(&self) -> Result<(), ModelError> {
        require_weight("code", self.code)?;
        require_weight("decoder_l2", self.decoder_l2)
    }

    fn terms(
        &self,
        model: &LatentVariableModel<E>,
        observed: &Observation<E>,
        _: u64,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<ObjectiveTerms<E>, ModelError> {
        let draws = model.draws(observed, 1, context, noise)?;
        let reconstruction = -draws.log_likelihood.mean();
        let mut contributions = vec![("reconstruction", reconstruction.clone())];
        if self.code > 0.0 {
            let z = &draws.draw.z;
            let squares = z.square().sum() * E::of(0.5 * self.code / z.shape()[0] as f64);
            contributions.push(("code", squares));
        }
        if self.decoder_l2 > 0.0 {
            contributions.push(("decoder_l2", total(weights(model.decoder()), |w| l2(w, self.decoder_l2))));
        }
        Ok(ObjectiveTerms::new(contributions, reconstruction, None, draws.draw.losses))
    }
}
