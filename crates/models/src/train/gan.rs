//! A generative adversarial network as a task.

use crate::{Gan, GanObjective, GanTerms, Generator, ModelError};
use latent_layers::Module;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use latent_train::sources::ImageBatch;
use latent_train::{Name, Pass, Task, TaskError, Terms};
use ndarray::{ArrayView2, Ix2};

/// Rates generated images, as a classifier of real images does.
pub trait SampleJudge: Send + Sync {
    /// The figures of images in [0, 1], (samples, features), that were generated for these classes, each with its name.
    ///
    /// # Errors
    /// If the images have another size than the judge takes, or are not finite.
    fn figures(&self, images: ArrayView2<'_, f32>, classes: Option<&[usize]>) -> Result<Vec<(Name, f64)>, TaskError>;
}

/// The judge of a [`GanTask`] that has none; there is no value of this type.
#[derive(Clone, Copy, Debug)]
pub enum NoJudge {}

impl SampleJudge for NoJudge {
    fn figures(&self, _: ArrayView2<'_, f32>, _: Option<&[usize]>) -> Result<Vec<(Name, f64)>, TaskError> {
        match *self {}
    }
}

/// Trains a [`Gan`]: the player `discriminator`, then the player `generator`.
pub struct GanTask<J = NoJudge> {
    /// The model that is trained.
    pub gan: Gan,
    objective: GanObjective,
    judge: Option<(J, usize)>,
}

/// The purpose of the random draws of judged samples, for [`samples_of_all_classes`].
pub const JUDGED: &str = "judged";

/// Samples that are made at once.
const CHUNK: usize = 250;

/// Of so many of the discriminator's [`singular_values`](crate::Discriminator::singular_values), the first ones,
/// evaluations report `singular_value_0` and so on.
const SINGULAR_VALUES: usize = 8;

impl GanTask {
    /// A task that trains this model on this objective.
    ///
    /// # Errors
    /// If the objective makes no sense.
    pub fn new(gan: Gan, objective: GanObjective) -> Result<Self, ModelError> {
        Self::unjudged(gan, objective)
    }
}

impl<J> GanTask<J> {
    /// A task without a judge, to which [`judged`](Self::judged) may add one.
    ///
    /// # Errors
    /// If the objective makes no sense.
    pub fn unjudged(gan: Gan, objective: GanObjective) -> Result<Self, ModelError> {
        objective.check()?;
        Ok(Self { gan, objective, judge: None })
    }

    /// The same task with `samples` generated images (at least two, of all classes alike, always from the same latent
    /// codes) rated by the judge in each evaluation.
    #[must_use]
    pub fn judged(self, judge: J, samples: usize) -> Self {
        Self { judge: Some((judge, samples.max(2))), ..self }
    }

    /// The judge that rates samples, if there is one.
    pub fn judge(&self) -> Option<&J> {
        self.judge.as_ref().map(|(judge, _)| judge)
    }

    /// The objective that is minimised.
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
    samples_in_parts(generator, samples, purpose, |_| Ok(()))
}

/// [`samples_of_all_classes`] in parts; `made` is called with the number of samples of each part after it is drawn, and its
/// error ends the drawing.
///
/// # Errors
/// If the generator cannot be applied; those of `made`.
///
/// # Panics
/// If there are to be none.
pub fn samples_in_parts<E: From<ModelError>>(
    generator: &Generator,
    samples: usize,
    purpose: &'static str,
    made: impl Fn(usize) -> Result<(), E>,
) -> Result<(Tensor, Option<Vec<usize>>), E> {
    let classes = each_class_in_turn(generator.classes(), samples);
    let mut stream = Stream::new(0, purpose, &[]);
    // A part at a time: what convolutions need between their layers is many times the images.
    let mut parts = Vec::new();
    for start in (0..samples).step_by(CHUNK) {
        let part = start..samples.min(start + CHUNK);
        let of_part = classes.as_ref().map(|classes| &classes[part.clone()]);
        parts.push(generator.sample(part.len(), of_part, &mut stream)?);
        made(part.len())?;
    }
    Ok((Tensor::concatenate(&parts, 0), classes))
}

/// The classes, if the images have any.
fn classes(batch: &ImageBatch) -> Option<&[usize]> {
    (!batch.labels.is_empty()).then_some(&batch.labels)
}

/// From `[0, 1]` to the generator's `[-1, 1]`.
fn centered(batch: &ImageBatch) -> Tensor {
    &batch.x * 2.0 - 1.0
}

impl<J: SampleJudge> Task for GanTask<J> {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        &self.gan
    }

    fn players(&self) -> Vec<(Name, &dyn Module)> {
        vec![("discriminator".into(), &self.gan.discriminator), ("generator".into(), &self.gan.generator)]
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
        Ok(Terms::new(terms.objective, real.shape()[0]).with_values(values))
    }

    /// The state of the game, and of the first batch the discriminator's largest singular values and what the judge says
    /// of samples. The objective is how far apart the discriminator holds real and generated images, which under a bound on its slope is a distance.
    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let (real, classes) = (centered(batch), classes(batch));
        let state = self.gan.evaluate(&real, classes, self.objective.loss, &mut pass.noise)?;
        let value = |name: &str| state.iter().find(|(found, _)| *found == name).map_or(f64::NAN, |(_, value)| *value);
        let gap = value("real_output") - value("fake_output");
        let mut all = Terms::new(Tensor::scalar(gap as f32), real.shape()[0]).with_values(state);
        if batch.indices.first() == Some(&0) {
            let singular = self.gan.discriminator.singular_values()?.into_iter().take(SINGULAR_VALUES).enumerate();
            all = all.with_values(singular.map(|(k, (_, value))| (format!("singular_value_{k}"), value)));
            if let Some((judge, samples)) = &self.judge {
                let (images, classes) = samples_of_all_classes(&self.gan.generator, *samples, JUDGED)?;
                all = all.with_values(judge.figures(images.view_as::<Ix2>(), classes.as_deref())?);
            }
        }
        Ok(all)
    }
}
