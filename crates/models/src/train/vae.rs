//! A variational autoencoder as a task.

use crate::{ModelError, Vae, VaeObjective};
use latent_layers::{Module, State, Visitor};
use latent_train::sources::ImageBatch;
use latent_train::{Pass, Task, TaskError, Terms};
use ndarray::arr0;

/// Trains a [`Vae`] on its objective.
///
/// What it saves is the model and, as `objective.steps`, how many steps were made, which the warm-up of beta goes by.
pub struct VaeTask {
    /// The model that is trained.
    pub vae: Vae,
    objective: VaeObjective,
    steps: State,
}

impl VaeTask {
    /// A task that trains this model on this objective.
    ///
    /// # Errors
    /// If the objective makes no sense.
    pub fn new(vae: Vae, objective: VaeObjective) -> Result<Self, ModelError> {
        objective.check()?;
        Ok(Self { vae, objective, steps: State::new(arr0(0.0)) })
    }

    /// The objective that is minimised.
    pub fn objective(&self) -> &VaeObjective {
        &self.objective
    }

    /// The present weight of the divergence.
    pub fn beta(&self) -> f64 {
        self.objective.beta_at(self.steps.tensor().item() as u64)
    }
}

impl Module for VaeTask {
    fn kind(&self) -> &'static str {
        "vae task"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        self.vae.visit(visitor);
        visitor.count("objective.steps", &self.steps);
    }
}

impl Task for VaeTask {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<(&'static str, &dyn Module)> {
        vec![("vae", &self.vae)]
    }

    fn loss(&self, _player: usize, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let beta = self.beta();
        let terms = self.vae.objective(&batch.x, &self.objective, beta, &mut pass.context, &mut pass.noise)?;
        let values = terms.values();
        let all = values
            .into_iter()
            .fold(Terms::new(terms.objective, batch.x.shape()[0]), |all, (name, value)| all.with_value(name, value));
        Ok(if self.objective.beta_warm_up > 0 { all.with_value("beta", beta) } else { all })
    }

    /// The ELBO by term with one draw an image; the objective is its negative, whatever is trained, so that runs can be
    /// compared.
    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let plain = VaeObjective::default();
        let terms = self.vae.objective(&batch.x, &plain, 1.0, &mut pass.context, &mut pass.noise)?;
        Ok(Terms::new(terms.objective, batch.x.shape()[0])
            .with("elbo", &terms.elbo)
            .with("reconstruction", &terms.reconstruction)
            .with("kl", &terms.kl))
    }

    fn after_step(&self, _player: usize) -> Result<(), TaskError> {
        self.steps.elements()[0] += 1.0;
        Ok(())
    }
}
