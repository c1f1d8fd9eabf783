//! What is minimised, term by term.

use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// The terms of an objective, in nats per sample, means over the batch, of no axes.
#[derive(Clone, Debug)]
pub struct ObjectiveTerms<E: Scalar = f32> {
    /// What is minimised: the sum of [`contributions`](Self::contributions).
    pub objective: Tensor<E>,
    /// `-ln p(x | z)` at draws of the posterior.
    pub reconstruction: Tensor<E>,
    /// `KL(q(z | x) || p(z))`, whatever it weighs; `None` if the codes have no density.
    pub kl: Option<Tensor<E>>,
    /// `-reconstruction - kl`, a constant.
    pub elbo: Option<Tensor<E>>,
    /// Names and values of what the objective is the sum of, weights included.
    pub contributions: Vec<(&'static str, Tensor<E>)>,
}

impl<E: Scalar> ObjectiveTerms<E> {
    /// Of these contributions, and of the means of what the codes add.
    pub(crate) fn new(
        mut contributions: Vec<(&'static str, Tensor<E>)>,
        reconstruction: Tensor<E>,
        kl: Option<Tensor<E>>,
        losses: Vec<(&'static str, Tensor<E>)>,
    ) -> Self {
        contributions.extend(losses.into_iter().map(|(name, loss)| (name, loss.mean())));
        let objective = contributions.iter().map(|(_, term)| term.clone()).reduce(|a, b| a + b).expect("at least one");
        let elbo = kl.as_ref().map(|kl| (-(&reconstruction + kl)).detach());
        Self { objective, reconstruction, kl, elbo, contributions }
    }

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
        let elbo = self.elbo.iter().map(|elbo| ("elbo", elbo));
        let kl = self.kl.iter().map(|kl| ("kl", kl));
        let bound = elbo.chain([("reconstruction", &self.reconstruction)]).chain(kl);
        let rest = self.contributions.iter().filter(|(name, _)| *name != "reconstruction");
        let rest = rest.map(|(name, term)| (*name, term));
        bound.chain(rest).map(|(name, term)| (name, term.item().as_f64())).collect()
    }
}
