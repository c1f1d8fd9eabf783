//! A small convolutional network that tells classes apart.

use crate::failure::Failure;
use latent_datasets::LabelledImages;
use latent_layers::{
    Activation, Context, Conv2d, Conv2dOptions, Flatten, Layer, LayerError, Linear, Module, Reshape, Sequential,
    Visitor,
};
use latent_numeric::random::Stream;
use latent_tensor::{Tensor, no_grad};
use latent_train::config::{Decay, Optimizer, Schedule};
use latent_train::sources::{ImageBatch, Images};
use latent_train::{Every, Executor, Limit, Pass, Settings, Source, StopReason, Task, TaskError, Terms};
use ndarray::{Array2, ArrayView2, Axis, Ix2};

/// The number of features that classes are told from.
const FEATURES: usize = 64;
const EPOCHS: u64 = 3;
const BATCH: usize = 128;
/// Images that are looked at at once.
const CHUNK: usize = 250;

/// Two 3x3 convolutions with stride 2 to 32 and 64 channels, a hidden layer of 64 units, whose values are the features,
/// and a linear map to the classes.
pub struct Classifier {
    features: Sequential,
    head: Linear,
}

impl Classifier {
    /// Trained for three epochs on these images in [0, 1].
    ///
    /// # Errors
    /// If there are no images or no labels.
    pub fn train(images: &LabelledImages, seed: u64) -> Result<Self, Failure> {
        if images.labels().is_none() {
            return Err(Failure::new(format!("{} has no labels to learn classes from", images.name())));
        }
        let model = Self::new(images, seed)?;
        let source = Images::shuffled(images, BATCH, seed)?.drop_last();
        let settings = Settings { validate: Every::Never, ..Settings::new(Limit::Epochs(EPOCHS), seed) };
        let schedule = Schedule { kind: Decay::Cosine, ..Schedule::default() };
        let optimizer = Optimizer { learning_rate: 2e-3, schedule, ..Optimizer::default() };
        let players = vec![optimizer.player(EPOCHS * source.batches() as u64, &model)?];
        let told = |error: TaskError| Failure::new(format!("the classifier that judges images: {error}"));
        let outcome = Executor::new(&model, &source, players, settings).map_err(told)?.run().map_err(told)?;
        match outcome.reason {
            StopReason::NotFinite(trouble) => Err(told(trouble.to_string().into())),
            _ => Ok(model),
        }
    }

    fn new(images: &LabelledImages, seed: u64) -> Result<Self, LayerError> {
        let stream = &mut Stream::new(seed, "initialisation of the judge", &[]);
        let (channels, height, width) = images.image_dim();
        let halving = Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Conv2dOptions::default() };
        let inner = 64 * height.div_ceil(2).div_ceil(2) * width.div_ceil(2).div_ceil(2);
        let features = Sequential::new()
            .then(Reshape::new(&[channels, height, width]))
            .then(Conv2d::new(channels, 32, [3, 3], halving, stream)?)
            .then(Activation::Relu)
            .then(Conv2d::new(32, 64, [3, 3], halving, stream)?)
            .then(Activation::Relu)
            .then(Flatten)
            .then(Linear::new(inner, FEATURES, stream))
            .then(Activation::Relu);
        Ok(Self { features, head: Linear::new(FEATURES, images.classes(), stream) })
    }

    /// The features of images, (samples, 64), and for each class the logarithm of its odds up to a constant,
    /// (samples, classes).
    ///
    /// # Errors
    /// If the images have another size.
    ///
    /// # Panics
    /// If there are no images.
    pub fn look(&self, images: ArrayView2<'_, f32>) -> Result<(Array2<f32>, Array2<f32>), LayerError> {
        let mut parts = [Vec::new(), Vec::new()];
        for chunk in images.axis_chunks_iter(Axis(0), CHUNK) {
            let context = &mut Context::evaluate();
            let features = no_grad(|| self.features.forward(&Tensor::constant(chunk.to_owned()), context))?;
            parts[1].push(no_grad(|| self.head.forward(&features, context))?);
            parts[0].push(features);
        }
        let [features, logits] = parts.map(|parts| Tensor::concatenate(&parts, 0).view_as::<Ix2>().to_owned());
        Ok((features, logits))
    }
}

impl Module for Classifier {
    fn kind(&self) -> &'static str {
        "classifier"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        visitor.module("features", &self.features);
        visitor.module("head", &self.head);
    }
}

impl Task for Classifier {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<(&'static str, &dyn Module)> {
        vec![("classifier", self)]
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
