//! `R + beta KL + gamma R + ...`: what is minimised, term by term.

use super::Vae;
use crate::error::{ModelError, require, require_weight};
use crate::repeat::repeat_rows;
use latent_layers::Context;
use latent_losses::distributions::{DiagonalGaussian, Distribution, Reparameterized};
use latent_losses::divergence::{free_bits, kl_standard_normal};
use latent_losses::{ElboWeights, Elements, PerSample, Reduction, elbo, iwae};
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

/// The terms of a VAE's objective, in nats per image, means over the batch, of no axes.
#[derive(Clone, Debug)]
pub struct VaeTerms<E: Scalar = f32> {
    /// What is minimised: the sum of [`contributions`](Self::contributions).
    pub objective: Tensor<E>,
    /// `-ln p(x | z)` at draws of the posterior.
    pub reconstruction: Tensor<E>,
    /// `KL(q(z | x) || p(z))`, whatever it weighs.
    pub kl: Tensor<E>,
    /// `-reconstruction - kl`, a constant.
    pub elbo: Tensor<E>,
    /// Names and values of what the objective is the sum of, weights included.
    pub contributions: Vec<(&'static str, Tensor<E>)>,
}

impl<E: Scalar> VaeTerms<E> {
    /// Names and values to report: the ELBO and its two terms, then all else that the objective is made of.
    ///
    /// ```
    /// use latent_layers::Context;
    /// use latent_models::{VaeObjective, VaeSettings};
    /// use latent_numeric::random::Stream;
    /// use latent_tensor::Tensor;
    ///
    /// let vae = VaeSettings::article(2).build::<f32>([1, 28, 28], 7)?;
    /// let objective = VaeObjective { gamma: 0.5, l2: 1e-4, ..Default::default() };
    /// let mut noise = Stream::new(7, "noise", &[]);
    /// let terms = vae.objective(&Tensor::zeros(&[5, 784]), &objective, 1.0, &mut Context::evaluate(), &mut noise)?;
    /// let names: Vec<_> = terms.values().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["elbo", "reconstruction", "kl", "weighted_kl", "extra_reconstruction", "l2"]);
    /// # Ok::<(), latent_models::ModelError>(())
    /// ```
    pub fn values(&self) -> Vec<(&'static str, f64)> {
        let bound = [("elbo", &self.elbo), ("reconstruction", &self.reconstruction), ("kl", &self.kl)];
        let rest = self.contributions.iter().filter(|(name, _)| *name != "reconstruction");
        let rest = rest.map(|(name, term)| (*name, term));
        bound.into_iter().chain(rest).map(|(name, term)| (name, term.item().as_f64())).collect()
    }
}

impl<E: Scalar> Vae<E> {
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
        x: &Tensor<E>,
        objective: &VaeObjective,
        beta: f64,
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<VaeTerms<E>, ModelError> {
        objective.check()?;
        let k = objective.importance_samples;
        let q = self.encode(x, context)?;
        let drawn = if k == 1 { q.clone() } else { q.repeat(k) };
        let z = drawn.rsample(noise);
        let output = self.decoder_output(&z, context)?;
        let nll = self.nll(&output, &repeat_rows(x, k), context)?;
        let per_image = |term: &Tensor<E>| if k == 1 { term.clone() } else { term.reshape(&[x.shape()[0], k]) };
        let mean_nll = if k == 1 { nll.clone() } else { per_image(&nll).mean_axes(&[1], false) };
        let divergences = kl_standard_normal(q.mean(), q.log_var(), Elements);
        let bound = elbo(&mean_nll, &PerSample.reduce(&divergences), ElboWeights { beta, gamma: objective.gamma })?;

        let mut contributions = if k == 1 {
            let charged = match objective.free_bits {
                0.0 => bound.kl.clone(),
                nats => free_bits(&divergences, E::of(nats)),
            };
            vec![("reconstruction", bound.reconstruction.clone()), ("weighted_kl", charged * E::of(beta))]
        } else {
            let prior = DiagonalGaussian::standard(z.shape());
            let log_weights = prior.log_prob(&z) - drawn.log_prob(&z) - &nll;
            vec![("negative_importance_bound", -iwae(&per_image(&log_weights)).mean())]
        };
        let mut add = |name, weight: f64, term: &dyn Fn() -> Tensor<E>| {
            if weight > 0.0 {
                contributions.push((name, term()));
            }
        };
        let VaeObjective { gamma, latent_moment: moment, l1: lambda_1, l2: lambda_2, .. } = *objective;
        add("extra_reconstruction", gamma, &|| &bound.extra_reconstruction * E::of(gamma));
        add("latent_moment", moment, &|| latent_moment(q.mean(), q.log_var(), moment));
        add("l1", lambda_1, &|| total(weights(self), |w| l1(w, lambda_1)));
        add("l2", lambda_2, &|| total(weights(self), |w| l2(w, lambda_2)));
        let objective = contributions.iter().map(|(_, term)| term.clone()).reduce(|a, b| a + b).expect("at least one");
        Ok(VaeTerms { objective, reconstruction: bound.reconstruction, kl: bound.kl, elbo: bound.elbo, contributions })
    }
}
