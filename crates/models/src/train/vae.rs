//! A latent-variable model as a task.

use crate::{ModelError, Objective, ObjectiveTerms, Observation, Vae, VaeObjective};
use latent_layers::Module;
use latent_tensor::Tensor;
use latent_train::sources::ImageBatch;
use latent_train::{Name, Pass, Task, TaskError, Terms};

/// Trains a [`Vae`], of whatever parts, on an objective; weights that change go by the steps of the run. A conditional
/// model is given the labels of its images, one-hot.
pub struct VaeTask {
    /// The model that is trained.
    pub vae: Vae,
    objective: Box<dyn Objective>,
}

impl VaeTask {
    /// A task that trains this model on this objective.
    ///
    /// # Errors
    /// If the objective makes no sense.
    pub fn new(vae: Vae, objective: impl Objective + 'static) -> Result<Self, ModelError> {
        objective.check()?;
        Ok(Self { vae, objective: Box::new(objective) })
    }

    fn observed(&self, batch: &ImageBatch) -> Result<Observation, TaskError> {
        let classes = self.vae.condition_dim();
        if classes == 0 {
            return Ok(Observation::new(batch.x.clone()));
        }
        let samples = batch.x.shape()[0];
        if batch.labels.len() != samples {
            return Err(
                format!("a conditional model needs labels, but the images have none: expected {samples}").into()
            );
        }
        match batch.labels.iter().find(|label| **label >= classes) {
            Some(label) => Err(format!("an image is of class {label}, expected one of {classes}, from 0 on").into()),
            None => Ok(Observation::given(batch.x.clone(), Tensor::one_hot(&batch.labels, classes))),
        }
    }

    /// The ELBO by term; of a model whose codes have no density the terms of its own objective.
    fn plain(&self, observed: &Observation, pass: &mut Pass) -> Result<ObjectiveTerms, ModelError> {
        let Pass { context, noise, step, .. } = pass;
        if self.vae.has_density() {
            self.vae.objective(observed, &VaeObjective::default(), 1.0, context, noise)
        } else {
            self.objective.terms(&self.vae, observed, *step, context, noise)
        }
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
        let observed = self.observed(batch)?;
        let terms = self.objective.terms(&self.vae, &observed, pass.step, &mut pass.context, &mut pass.noise)?;
        let values = terms.values().into_iter().chain(self.objective.scheduled(pass.step));
        let all = Terms::new(terms.objective, batch.x.shape()[0]);
        Ok(values.fold(all, |all, (name, value)| all.with_value(name, value)))
    }

    /// The ELBO by term with one draw an image; the objective is its negative, whatever is trained, so that runs can be
    /// compared. Without a density of the codes it is the loss that is trained.
    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let terms = self.plain(&self.observed(batch)?, pass)?;
        let values = [("elbo", terms.elbo), ("reconstruction", Some(terms.reconstruction)), ("kl", terms.kl)];
        let known = values.iter().filter_map(|(name, value)| Some((*name, value.as_ref()?)));
        Ok(known.fold(Terms::new(terms.objective, batch.x.shape()[0]), |all, (name, value)| all.with(name, value)))
    }
}
