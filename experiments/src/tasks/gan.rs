//! A generative adversarial network as a task.

use latent_layers::Module;
use latent_models::{Gan, GanObjective, GanTerms, ModelError};
use latent_tensor::Tensor;
use latent_train::sources::ImageBatch;
use latent_train::{Pass, Task, TaskError, Terms};

/// Trains a [`Gan`]: the player `discriminator`, then the player `generator`.
pub struct GanTask {
    /// What is trained.
    pub gan: Gan,
    objective: GanObjective,
}

/// Names of the discriminator's singular values in evaluations, in the order of
/// [`singular_values`](latent_models::Discriminator::singular_values); those beyond are not reported.
const SINGULAR_VALUES: [&str; 8] = [
    "singular_value_0",
    "singular_value_1",
    "singular_value_2",
    "singular_value_3",
    "singular_value_4",
    "singular_value_5",
    "singular_value_6",
    "singular_value_7",
];

impl GanTask {
    /// This model on this objective.
    ///
    /// # Errors
    /// If the objective makes no sense.
    pub fn new(gan: Gan, objective: GanObjective) -> Result<Self, ModelError> {
        objective.check()?;
        Ok(Self { gan, objective })
    }

    /// What is minimised.
    pub fn objective(&self) -> &GanObjective {
        &self.objective
    }
}

/// The classes, if the images have any.
fn classes(batch: &ImageBatch) -> Option<&[usize]> {
    (!batch.labels.is_empty()).then_some(&batch.labels)
}

/// From `[0, 1]` to the generator's `[-1, 1]`.
fn centered(batch: &ImageBatch) -> Tensor {
    &batch.x * 2.0 - 1.0
}

impl Task for GanTask {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        &self.gan
    }

    fn players(&self) -> Vec<(&'static str, &dyn Module)> {
        vec![("discriminator", &self.gan.discriminator), ("generator", &self.gan.generator)]
    }

    fn loss(&self, player: usize, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let (real, classes) = (centered(batch), classes(batch));
        let Pass { context, noise } = pass;
        let terms: GanTerms = if player == 0 {
            self.gan.discriminator_terms(&real, classes, &self.objective, context, noise)?
        } else {
            self.gan.generator_terms(&real, classes, &self.objective, context, noise)?
        };
        let values = terms.values();
        let all = Terms::new(terms.objective, real.shape()[0]);
        Ok(values.into_iter().fold(all, |all, (name, value)| all.with_value(name, value)))
    }

    /// The state of the game, and of the first batch the discriminator's largest singular values. The objective is how
    /// far apart the discriminator holds real and generated images, which under a bound on its slope is a distance.
    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let (real, classes) = (centered(batch), classes(batch));
        let state = self.gan.evaluate(&real, classes, self.objective.loss, &mut pass.noise)?;
        let value = |name: &str| state.iter().find(|(found, _)| *found == name).map_or(f64::NAN, |(_, value)| *value);
        let gap = value("real_output") - value("fake_output");
        let all = Terms::new(Tensor::scalar(gap as f32), real.shape()[0]);
        let mut all = state.into_iter().fold(all, |all, (name, value)| all.with_value(name, value));
        if batch.indices.first() == Some(&0) {
            for (name, (_, value)) in SINGULAR_VALUES.into_iter().zip(self.gan.discriminator.singular_values()?) {
                all = all.with_value(name, value);
            }
        }
        Ok(all)
    }
}
