//! A small convolutional network that tells classes apart.

use crate::augmentation::Augmentation;
use crate::failure::Failure;
use crate::parts::Parts;
use latent_datasets::LabelledImages;
use latent_layers::{
    Activation, Context, Conv2d, Conv2dOptions, Flatten, Layer, LayerError, Linear, Module, Reshape, Sequential,
};
use latent_numeric::random::Stream;
use latent_optim::{Adam, AverageSettings};
use latent_tensor::{Tensor, no_grad};
use latent_train::config::{Decay, Optimizer, Schedule};
use latent_train::interrupt::{Interrupt, Interrupted};
use latent_train::sources::{ImageBatch, Images};
use latent_train::{
    Event, Every, Executor, Limit, Name, Pass, Position, Settings, Source, StopReason, Task, TaskError, Terms,
};
use ndarray::{Array2, ArrayView2, Axis, Ix2};
use std::ops::ControlFlow;

/// Changes with anything that the weights depend on, beside the images.
pub const VERSION: u32 = 2;
/// Of the first weights, the order of the images and their changes: the same for all runs.
const SEED: u64 = 0;
/// The number of features that classes are told from.
const FEATURES: usize = 64;
const EPOCHS: u64 = 10;
const BATCH: usize = 128;
/// How images are changed in each epoch, a little, as handwriting and framing vary.
const AUGMENT: &str =
    "augment = [{ op = 'rotate', degrees = [-8, 8] }, { op = 'translate', x = [-2, 2], y = [-2, 2] }]";
/// Images that are looked at at once.
const CHUNK: usize = 250;

/// Two 5x5 convolutions with stride 2 to 32 and 64 channels, a hidden layer of 64 units, whose values are the features,
/// and a linear map to the classes.
#[derive(Module)]
pub struct Classifier {
    features: Sequential,
    head: Linear,
}

impl Classifier {
    /// Trained for ten epochs on these images in [0, 1], which are turned and moved a little: the same bits for the
    /// same images.
    ///
    /// # Errors
    /// If there are no images or no labels; [`Interrupted`] if somebody asks for the end.
    pub fn train(images: &LabelledImages, interrupt: &Interrupt) -> Result<Self, Failure> {
        let told = |error: TaskError| Failure::new(format!("the classifier that judges images: {error}"));
        let model = Self::new(images)?;
        let source = Images::shuffled(images, BATCH, SEED)?.drop_last();
        let source = augmentation().of(source, SEED)?;
        let steps = EPOCHS * source.batches() as u64;
        let settings = Settings { validate: Every::Never, ..Settings::new(Limit::Epochs(EPOCHS), SEED) };
        let schedule = Schedule { kind: Decay::Cosine, ..Schedule::default() };
        let average = AverageSettings { decay: 0.998, warm_up: true, ..AverageSettings::default() };
        let adam = Adam { learning_rate: 2e-3, ..Adam::default() };
        let optimizer = Optimizer::new(adam).schedule(schedule).average(average);
        let players = vec![optimizer.player(steps, &model)?];
        let parts = Parts::new("training the judge of samples", steps as usize, "steps", interrupt);
        let count = |event: &Event<'_>, _: Position, _: &Self| {
            if matches!(event, Event::Step(_)) {
                // The executor looks for interruptions itself.
                let _ = parts.made(1);
            }
            Ok(ControlFlow::Continue(()))
        };
        let executor = Executor::new(&model, &source, players, settings).map_err(told)?;
        let outcome = executor.interrupt(interrupt.clone()).observe(Every::Steps(1), count).run().map_err(told)?;
        match outcome.reason {
            StopReason::NotFinite(found) => Err(told(found.to_string().into())),
            StopReason::Interrupted => Err(Interrupted.into()),
            StopReason::Finished | StopReason::Early(_) => Ok(model),
        }
    }

    /// Untrained, for images of this size and these classes.
    ///
    /// # Errors
    /// If they have no labels.
    pub fn new(images: &LabelledImages) -> Result<Self, Failure> {
        if images.labels().is_none() {
            return Err(Failure::new(format!("{} has no labels to learn classes from", images.name())));
        }
        let stream = &mut Stream::new(SEED, "initialisation of the judge", &[]);
        let (channels, height, width) = images.image_dim();
        let halving = Conv2dOptions { stride: [2, 2], padding: [2, 2], ..Conv2dOptions::default() };
        let inner = 64 * height.div_ceil(2).div_ceil(2) * width.div_ceil(2).div_ceil(2);
        let features = Sequential::new()
            .then(Reshape::new(&[channels, height, width]))
            .then(Conv2d::new(channels, 32, [5, 5], halving, stream)?)
            .then(Activation::Relu)
            .then(Conv2d::new(32, 64, [5, 5], halving, stream)?)
            .then(Activation::Relu)
            .then(Flatten)
            .then(Linear::new(inner, FEATURES, stream))
            .then(Activation::Relu);
        Ok(Self { features, head: Linear::new(FEATURES, images.classes(), stream) })
    }

    /// The features of images, (samples, 64), and for each class the logarithm of its odds up to a constant,
    /// (samples, classes); `made` is told of so many at a time.
    ///
    /// # Errors
    /// If the images have another size, and what `made` says.
    ///
    /// # Panics
    /// If there are no images.
    pub fn look<E: From<LayerError>>(
        &self,
        images: ArrayView2<'_, f32>,
        made: impl Fn(usize) -> Result<(), E>,
    ) -> Result<(Array2<f32>, Array2<f32>), E> {
        let mut parts = [Vec::new(), Vec::new()];
        for chunk in images.axis_chunks_iter(Axis(0), CHUNK) {
            let context = &mut Context::evaluate();
            let features = no_grad(|| self.features.forward(&Tensor::constant(chunk.to_owned()), context))?;
            parts[1].push(no_grad(|| self.head.forward(&features, context))?);
            parts[0].push(features);
            made(chunk.nrows())?;
        }
        let [features, logits] = parts.map(|parts| Tensor::concatenate(&parts, 0).view_as::<Ix2>().to_owned());
        Ok((features, logits))
    }
}

fn augmentation() -> Augmentation {
    #[derive(serde::Deserialize)]
    struct Table {
        augment: Augmentation,
    }
    toml::from_str::<Table>(AUGMENT).expect("a chain of operators").augment
}

impl Task for Classifier {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<(Name, &dyn Module)> {
        vec![("classifier".into(), self)]
    }

    fn loss(&self, _: usize, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        let features = self.features.forward(&batch.x, &mut pass.context)?;
        let logits = self.head.forward(&features, &mut pass.context)?;
        Ok(Terms::new(logits.cross_entropy(&batch.labels).mean(), batch.labels.len()))
    }

    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.loss(0, batch, pass)
    }
}
