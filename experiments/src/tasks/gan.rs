//! A generative adversarial network as a task.

use crate::judge::{Judge, JudgeError, Scores};
use latent_layers::Module;
use latent_models::{Gan, GanObjective, GanTerms, Generator, ModelError};
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use latent_train::sources::ImageBatch;
use latent_train::{Pass, Task, TaskError, Terms};
use ndarray::Ix2;

/// Trains a [`Gan`]: the player `discriminator`, then the player `generator`.
pub struct GanTask {
    /// What is trained.
    pub gan: Gan,
    objective: GanObjective,
    judge: Option<(Judge, usize)>,
}

/// Samples that are made at once.
const CHUNK: usize = 250;

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
        Ok(Self { gan, objective, judge: None })
    }

    /// With so many samples judged in each evaluation, always of the same codes; at least two, of all classes alike.
    #[must_use]
    pub fn judged(self, judge: Judge, samples: usize) -> Self {
        Self { judge: Some((judge, samples.max(2))), ..self }
    }

    /// Who judges samples, if anyone does.
    pub fn judge(&self) -> Option<&Judge> {
        self.judge.as_ref().map(|(judge, _)| judge)
    }

    /// What the judge says of so many samples, of all classes alike; nothing if there is no judge.
    ///
    /// # Errors
    /// If samples are not finite.
    pub fn scores(&self, samples: usize) -> Result<Option<Scores>, TaskError> {
        let Some(judge) = self.judge() else { return Ok(None) };
        let (images, classes) = samples_of_all_classes(&self.gan.generator, samples, "judged")?;
        let scores: Result<Scores, JudgeError> = judge.score(images.view_as::<Ix2>(), classes.as_deref());
        Ok(Some(scores?))
    }

    /// What is minimised.
    pub fn objective(&self) -> &GanObjective {
        &self.objective
    }
}

/// Classes for so many samples: 0, 1, ..., 0, 1, ...; none for a model that has none.
pub fn each_class_in_turn(classes: usize, samples: usize) -> Option<Vec<usize>> {
    (classes > 0).then(|| (0..samples).map(|sample| sample % classes).collect())
}

/// So many samples, of each class in turn, and their classes. They are always those of the same codes, which belong to
/// the purpose.
///
/// # Errors
/// If the generator cannot be applied.
///
/// # Panics
/// If there are to be none.
pub fn samples_of_all_classes(
    generator: &Generator,
    samples: usize,
    purpose: &'static str,
) -> Result<(Tensor, Option<Vec<usize>>), ModelError> {
    let classes = each_class_in_turn(generator.classes(), samples);
    let mut stream = Stream::new(0, purpose, &[]);
    // A part at a time: what convolutions need between their layers is many times the images.
    let parts: Result<Vec<Tensor>, ModelError> = (0..samples)
        .step_by(CHUNK)
        .map(|start| {
            let part = start..samples.min(start + CHUNK);
            generator.sample(part.len(), classes.as_ref().map(|classes| &classes[part.clone()]), &mut stream)
        })
        .collect();
    Ok((Tensor::concatenate(&parts?, 0), classes))
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
        let Pass { context, noise, .. } = pass;
        let terms: GanTerms = if player == 0 {
            self.gan.discriminator_terms(&real, classes, &self.objective, context, noise)?
        } else {
            self.gan.generator_terms(&real, classes, &self.objective, context, noise)?
        };
        let values = terms.values();
        let all = Terms::new(terms.objective, real.shape()[0]);
        Ok(values.into_iter().fold(all, |all, (name, value)| all.with_value(name, value)))
    }

    /// The state of the game, and of the first batch the discriminator's largest singular values and what the judge says
    /// of samples. The objective is how far apart the discriminator holds real and generated images, which under a bound on its slope is a distance.
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
            if let Some((_, samples)) = &self.judge
                && let Some(scores) = self.scores(*samples)?
            {
                let accuracy = scores.accuracy.map(|accuracy| ("class_accuracy", accuracy));
                let others =
                    [("effective_classes", scores.effective_classes), ("frechet_distance", scores.frechet_distance)];
                all = accuracy.into_iter().chain(others).fold(all, |all, (name, value)| all.with_value(name, value));
            }
        }
        Ok(all)
    }
}
