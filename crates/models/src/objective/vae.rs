//! `R + beta KL + gamma R + ...`: what is minimised, term by term.

use super::{Objective, ObjectiveTerms};
use crate::error::{ModelError, require, require_weight};
use crate::posterior::Posterior;
use crate::{LatentVariableModel, Observation};
use latent_layers::Context;
use latent_losses::distributions::DiagonalGaussian;
use latent_losses::divergence::free_bits;
use latent_losses::{ElboWeights, PerSample, Reduction, elbo, iwae};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_regularizers::{l1, l2, latent_moment, total, weights};
use latent_tensor::Tensor;
use serde::{Deserialize, Serialize};

/// What a VAE minimises: switches, each for a term of its own. By default the negative ELBO.
///
/// ```
/// use latent_models::VaeObjective;
///
/// let named: VaeObjective = serde_json::from_str(r#"{"beta": 4.0, "beta_warm_up": 1000}"#).unwrap();
/// assert_eq!(named, VaeObjective { beta: 4.0, beta_warm_up: 1000, ..VaeObjective::default() });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VaeObjective {
    /// The weight of the divergence (Higgins et al. 2017).
    pub beta: f64,
    /// Steps over which that weight grows from zero in a straight line (Bowman et al. 2016; Sønderby et al. 2016).
    pub beta_warm_up: u64,
    /// The weight of the reconstruction term that is added once more.
    pub gamma: f64,
    /// Nats that each latent dimension may cost for nothing (Kingma et al. 2016, equation 15).
    pub free_bits: f64,
    /// Draws of the importance-weighted bound (Burda, Grosse and Salakhutdinov 2016); 1 is the ELBO.
    pub importance_samples: usize,
    /// The weight of `1/2 mean((mean^2 + var - 1)^2)` over the codes' dimensions.
    pub latent_moment: f64,
    /// The weight of the sum of absolute weights.
    pub l1: f64,
    /// The weight of half the sum of squared weights, as a term of the loss. What an optimiser decays is another thing.
    pub l2: f64,
}

impl Default for VaeObjective {
    fn default() -> Self {
        Self {
            beta: 1.0,
            beta_warm_up: 0,
            gamma: 0.0,
            free_bits: 0.0,
            importance_samples: 1,
            latent_moment: 0.0,
            l1: 0.0,
            l2: 0.0,
        }
    }
}

impl VaeObjective {
    /// Whether these settings make sense, together too.
    ///
    /// # Errors
    /// The first that does not, by its name.
    ///
    /// ```
    /// use latent_models::VaeObjective;
    ///
    /// let error = VaeObjective { gamma: -1.0, ..Default::default() }.check().unwrap_err();
    /// assert_eq!(error.to_string(), "gamma is -1, expected a finite number, at least zero");
    /// ```
    pub fn check(&self) -> Result<(), ModelError> {
        let weights = [
            ("beta", self.beta),
            ("gamma", self.gamma),
            ("free_bits", self.free_bits),
            ("latent_moment", self.latent_moment),
            ("l1", self.l1),
            ("l2", self.l2),
        ];
        weights.into_iter().try_for_each(|(key, weight)| require_weight(key, weight))?;
        let k = self.importance_samples;
        require(k > 0, "importance_samples", k, "at least 1")?;
        let plain = self.beta == 1.0 && self.beta_warm_up == 0 && self.free_bits == 0.0;
        let expected =
            "1 with another beta than 1, a warm-up or free bits: the importance-weighted bound has no divergence";
        require(k == 1 || plain, "importance_samples", k, expected)
    }

    /// The weight of the divergence after so many steps: `beta min(step / beta_warm_up, 1)`.
    ///
    /// ```
    /// use latent_models::VaeObjective;
    ///
    /// let objective = VaeObjective { beta: 4.0, beta_warm_up: 100, ..Default::default() };
    /// assert_eq!([0, 50, 100, 500].map(|step| objective.beta_at(step)), [0.0, 2.0, 4.0, 4.0]);
    /// ```
    pub fn beta_at(&self, step: u64) -> f64 {
        if step >= self.beta_warm_up { self.beta } else { self.beta * step as f64 / self.beta_warm_up as f64 }
    }
}

impl<E: Scalar> LatentVariableModel<E> {
    /// The objective on a batch, with this weight of the divergence (see [`VaeObjective::beta_at`]) in the place of
    /// `beta`. Dropout and the like draw from the context, the codes from `noise`.
    ///
    /// # Shapes
    /// Images are (samples, features).
    ///
    /// # Errors
    /// If the images have another size, or pixels are outside the likelihood's range.
    ///
    /// ```
    /// use latent_layers::Context;
    /// use latent_models::{VaeObjective, VaeSettings};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// let mut noise = Stream::new(7, "noise", &[]);
    /// let bytes = Tensor::full(&[5, 784], 255.0);
    /// let error = vae.objective(&bytes, &VaeObjective::default(), 1.0, &mut Context::evaluate(), &mut noise).unwrap_err();
    /// assert_eq!(error.to_string(), "bce_with_logits: targets must lie in [0, 1], but range from 255 to 255");
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn objective(
        &self,
        observed: impl Into<Observation<E>>,
        objective: &VaeObjective,
        beta: f64,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<ObjectiveTerms<E>, ModelError> {
        objective.check()?;
        let observed = observed.into();
        let k = objective.importance_samples;
        let draws = self.draws(&observed, k, context, noise)?;
        let nll = -&draws.log_likelihood;
        let mean_nll = if k == 1 { nll } else { draws.by_sample(&nll).mean_axes(&[1], false) };
        let divergences = draws.kl(context)?;
        let bound = elbo(&mean_nll, &PerSample.reduce(&divergences), ElboWeights { beta, gamma: objective.gamma })?;

        let mut contributions = if k == 1 {
            let charged = match objective.free_bits {
                0.0 => bound.kl.clone(),
                nats => free_bits(&dimensions(&divergences), E::of(nats)),
            };
            vec![("reconstruction", bound.reconstruction.clone()), ("weighted_kl", charged * E::of(beta))]
        } else {
            vec![("negative_importance_bound", -iwae(&draws.log_weights(context)?).mean())]
        };
        let VaeObjective { gamma, latent_moment: moment, l1: lambda_1, l2: lambda_2, .. } = *objective;
        if gamma > 0.0 {
            contributions.push(("extra_reconstruction", &bound.extra_reconstruction * E::of(gamma)));
        }
        if moment > 0.0 {
            let q = gaussian(&*draws.posterior, "latent_moment", moment)?;
            contributions.push(("latent_moment", latent_moment(q.mean(), q.log_var(), moment)));
        }
        if lambda_1 > 0.0 {
            contributions.push(("l1", total(weights(self), |w| l1(w, lambda_1))));
        }
        if lambda_2 > 0.0 {
            contributions.push(("l2", total(weights(self), |w| l2(w, lambda_2))));
        }
        Ok(ObjectiveTerms::new(contributions, bound.reconstruction, Some(bound.kl), draws.draw.losses))
    }
}

/// Divergences of samples, (N, ...), with one axis of dimensions.
fn dimensions<E: Scalar>(divergences: &Tensor<E>) -> Tensor<E> {
    let samples = divergences.shape()[0];
    divergences.reshape(&[samples, divergences.len() / samples.max(1)])
}

/// The Gaussian that a posterior is, for a term on its means and variances.
pub(crate) fn gaussian<'q, E: Scalar>(
    posterior: &'q (dyn Posterior<E> + '_),
    key: &'static str,
    value: f64,
) -> Result<&'q DiagonalGaussian<E>, ModelError> {
    let none = || {
        ModelError::setting(key, value, "0 with this encoder, as the term is one on means and variances of Gaussians")
    };
    posterior.as_gaussian().ok_or_else(none)
}

impl<E: Scalar> Objective<E> for VaeObjective {
    fn check(&self) -> Result<(), ModelError> {
        self.check()
    }

    fn terms(
        &self,
        model: &LatentVariableModel<E>,
        observed: &Observation<E>,
        step: u64,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<ObjectiveTerms<E>, ModelError> {
        model.objective(observed, self, self.beta_at(step), context, noise)
    }

    fn scheduled(&self, step: u64) -> Option<(&'static str, f64)> {
        (self.beta_warm_up > 0).then(|| ("beta", self.beta_at(step)))
    }
}
