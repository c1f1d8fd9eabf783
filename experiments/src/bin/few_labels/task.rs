//! A classifier on features, as a task.

use super::config::Config;
use super::data::FewLabelled;
use super::encoder::Encoder;
use latent_layers::{Context, Init, Layer, Linear, Module, State, Visitor};
use latent_numeric::random::Stream;
use latent_study::failure::Failure;
use latent_tensor::{Tensor, no_grad};
use latent_train::classification;
use latent_train::interrupt::Interrupt;
use latent_train::sources::ImageBatch;
use latent_train::{Evaluated, Name, Pass, Task, TaskError, Terms};
use ndarray::{Array2, Axis, Ix2, arr0};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Trains a linear map from features to the logarithms of the odds of classes, by cross-entropy in nats; along with it the
/// network that makes the features, or that one stays as it is.
///
/// Features are divided by their root mean square over the labelled images, as it is before training.
pub struct ClassifierTask {
    encoder: Encoder,
    head: Linear,
    features: usize,
    /// One over the root mean square.
    scale: State,
    /// The pixels of labelled images, if they have the same features in all epochs.
    labelled: Option<Array2<f32>>,
    known: Mutex<Known>,
    /// What is evaluated while training.
    evaluated: Evaluated,
    fine_tune: bool,
}

/// Scaled features that do not change, once they were asked for.
#[derive(Default)]
struct Known {
    /// Of all labelled images.
    labelled: Option<Array2<f32>>,
    /// Of batches of images that are evaluated, by their first image.
    batches: HashMap<(Evaluated, usize), Tensor>,
}

/// What images were taken for.
pub struct Classified {
    /// Image by image.
    pub classes: Vec<usize>,
    /// With which probability.
    pub probabilities: Vec<f64>,
    /// The entropy of the probabilities of all classes, in nats.
    pub entropies: Vec<f64>,
    /// The sum of their cross-entropies, in nats.
    pub loss: f64,
}

/// How often images of a class, by row, were taken for those of another, by column.
pub type Confusion = Array2<usize>;

impl ClassifierTask {
    /// Begins with a map of zeros, on features that are still to be [learned](Self::learn).
    ///
    /// # Errors
    /// If the configuration does not fit the data.
    pub fn new(config: &Config, data: &FewLabelled, seed: u64) -> Result<Self, Failure> {
        let encoder = Encoder::new(config, &data.train, seed)?;
        let features = encoder.encode(data.labelled.rows::<f32>(0..1).view())?.ncols();
        let stream = &mut Stream::new(seed, "classifier", &[]);
        let head = Linear::with_init(features, data.train.classes(), Init::Zeros, stream);
        let fixed = !config.fine_tune && config.augment.is_empty() && config.mix.is_none();
        Ok(Self {
            encoder,
            head,
            features,
            scale: State::new(arr0(1.0)),
            labelled: fixed.then(|| data.labelled.rows(..)),
            known: Mutex::default(),
            evaluated: if data.validation.is_some() { Evaluated::HeldOut } else { Evaluated::Test },
            fine_tune: config.fine_tune,
        })
    }

    /// Learns the features from all training images without their labels, and scales them.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Interrupted`](latent_train::interrupt::Interrupted) if somebody asks for the end.
    pub fn learn(&self, config: &Config, data: &FewLabelled, seed: u64, interrupt: &Interrupt) -> Result<(), Failure> {
        self.encoder.learn(config, &data.train, seed, interrupt)?;
        let labelled = self.encoder.encode(data.labelled.rows::<f32>(..).view())?;
        let mean = labelled.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / labelled.len() as f64;
        let scale = if mean > 0.0 { mean.sqrt().recip() as f32 } else { 1.0 };
        self.scale.elements()[0] = scale;
        *self.known() = Known { labelled: Some(labelled * scale), batches: HashMap::new() };
        Ok(())
    }

    /// What is trained: the linear map, and perhaps the network that makes the features.
    pub fn trained(&self) -> &dyn Module {
        if self.fine_tune { self } else { &self.head }
    }

    /// What makes the features.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// How many features there are.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Whether the features change.
    pub fn is_trained(&self) -> bool {
        self.fine_tune
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The scaled features of a batch; what does not change has no gradients.
    fn scaled(&self, batch: &ImageBatch, context: &mut Context) -> Result<Tensor, TaskError> {
        let mut encode = || self.encoder.forward(&batch.x, context).map_err(Failure::into_error);
        Ok(if self.fine_tune { encode()? } else { no_grad(encode)? } * self.scale.tensor().item())
    }

    /// Those of labelled images.
    fn of_labelled(&self, batch: &ImageBatch, context: &mut Context) -> Result<Tensor, TaskError> {
        let Some(pixels) = &self.labelled else { return self.scaled(batch, context) };
        let known = &mut *self.known();
        let features = match &mut known.labelled {
            Some(features) => features,
            none => none
                .insert(self.encoder.encode(pixels.view()).map_err(Failure::into_error)? * self.scale.tensor().item()),
        };
        Ok(Tensor::constant(features.select(Axis(0), &batch.indices)))
    }

    /// Those of images that are evaluated, in batches that are the same each time.
    fn of_evaluated(&self, batch: &ImageBatch, on: Evaluated, context: &mut Context) -> Result<Tensor, TaskError> {
        let Some(&first) = batch.indices.first().filter(|_| !self.fine_tune) else {
            return self.scaled(batch, context);
        };
        if let Some(features) = self.known().batches.get(&(on, first)) {
            return Ok(features.clone());
        }
        let features = self.scaled(batch, context)?;
        self.known().batches.insert((on, first), features.clone());
        Ok(features)
    }

    fn terms(&self, features: &Tensor, batch: &ImageBatch, context: &mut Context) -> Result<Terms, TaskError> {
        let logits = self.head.forward(features, context)?;
        Ok(classification::terms_of_images(&logits, batch))
    }

    /// What test images are taken for.
    ///
    /// # Errors
    /// If the images have another size.
    pub fn classify(&self, batch: &ImageBatch) -> Result<Classified, TaskError> {
        let context = &mut Context::evaluate();
        let logits = no_grad(|| {
            self.head.forward(&self.of_evaluated(batch, Evaluated::Test, context)?, context).map_err(TaskError::from)
        })?;
        let loss = f64::from(logits.cross_entropy(&batch.labels).sum().item());
        let (classes, all) = (classification::classes(&logits), logits.softmax(1).view_as::<Ix2>().mapv(f64::from));
        let probabilities = classes.iter().enumerate().map(|(row, class)| all[[row, *class]]).collect();
        let of_one = |p: &f64| if *p > 0.0 { -p * p.ln() } else { 0.0 };
        let entropies = all.rows().into_iter().map(|row| row.iter().map(of_one).sum()).collect();
        Ok(Classified { classes, probabilities, entropies, loss })
    }
}

impl Module for ClassifierTask {
    fn kind(&self) -> &'static str {
        "classifier"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        visitor.module("encoder", &self.encoder);
        visitor.module("head", &self.head);
        visitor.state("scale", &self.scale);
    }
}

impl Task for ClassifierTask {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<(Name, &dyn Module)> {
        vec![("classifier".into(), self.trained())]
    }

    fn loss(&self, _: usize, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.terms(&self.of_labelled(batch, &mut pass.context)?, batch, &mut pass.context)
    }

    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.terms(&self.of_evaluated(batch, self.evaluated, &mut pass.context)?, batch, &mut pass.context)
    }
}
