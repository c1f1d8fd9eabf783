//! A variational autoencoder as a task.

use crate::{ModelError, Vae, VaeObjective};
use latent_layers::Module;
use latent_train::sources::ImageBatch;
use latent_train::{Name, Pass, Task, TaskError, Terms};

/// Trains a [`Vae`] on its objective; the warm-up of beta goes by the steps of the run.
pub struct VaeTask {
    /// The model that is trained.
    pub vae: Vae,
    objective: VaeObjective,
}

impl VaeTask {
    /// A task that trains this model on this objective.
    ///
    /// # Errors
    /// If the objective makes no sense.
    pub fn new(vae: Vae, objective: VaeObjective) -> Result<Self, ModelError> {
        objective.check()?;
        Ok(Self { vae, objective })
    }

    /// The objective that is minimised.
    pub fn objective(&self) -> &VaeObjective {
        &self.objective
    }
}

impl Task for VaeTask {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        &self.vae
    }

    fn players(&self) -> Vec<(Name, &dyn Module)> {
        vec![("vae".into(), &self.vae)]
    }

    fn loss(&self, _player: usize, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let beta = self.objective.beta_at(pass.step);
        let terms = self.vae.objective(&batch.x, &self.objective, beta, &mut pass.context, &mut pass.noise)?;
        let values = terms.values();
        let all = Terms::new(terms.objective, batch.x.shape()[0]).with_values(values);
        Ok(if self.objective.beta_warm_up > 0 { all.with_value("beta", beta) } else { all })
    }

    /// The ELBO by term with one draw an image; the objective is its negative, whatever is trained, so that runs can be
    /// compared.
    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let plain = VaeObjective::default();
        let terms = self.vae.objective(&batch.x, &plain, 1.0, &mut pass.context, &mut pass.noise)?;
        let values = [("elbo", terms.elbo), ("reconstruction", Some(terms.reconstruction)), ("kl", terms.kl)];
        let known = values.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?)));
        Ok(known.fold(Terms::new(terms.objective, batch.x.shape()[0]), |all, (name, value)| all.with(name, value)))
    }
}
