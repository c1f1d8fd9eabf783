//! A classifier on features, as a task.

use super::config::Config;
use super::data::FewLabelled;
use super::encoder::Encoder;
use latent_layers::{Context, Init, Layer, Linear, Module, Visitor};
use latent_numeric::random::Stream;
use latent_study::failure::Failure;
use latent_tensor::{Tensor, no_grad};
use latent_train::classification;
use latent_train::sources::ImageBatch;
use latent_train::{Pass, Task, TaskError, Terms};
use ndarray::{Array2, Axis, Ix2};

/// Trains a linear map from features to the logarithms of the odds of classes, by cross-entropy in nats; along with it the
/// network that makes the features, or that one stays as it is.
///
/// Features are divided by their root mean square over the labelled images, as it is before training.
pub struct ClassifierTask {
    encoder: Encoder,
    head: Linear,
    features: usize,
    scale: f32,
    /// Of labelled and of test images, if they do not change.
    fixed: Option<[Array2<f32>; 2]>,
    fine_tune: bool,
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
    /// Learns the features, and begins with a map of zeros.
    ///
    /// # Errors
    /// If the configuration does not fit the data.
    pub fn new(config: &Config, data: &FewLabelled, seed: u64) -> Result<Self, Failure> {
        let encoder = Encoder::new(config, &data.train, seed)?;
        let labelled = encoder.encode(data.labelled.rows::<f32>(..).view())?;
        let (count, features) = (labelled.len(), labelled.ncols());
        let mean = labelled.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / count as f64;
        let scale = if mean > 0.0 { mean.sqrt().recip() as f32 } else { 1.0 };
        let fixed = if config.fine_tune || !config.augment.is_empty() || !config.mix.is_none() {
            None
        } else {
            Some([labelled, encoder.encode(data.test.rows::<f32>(..).view())?].map(|features| features * scale))
        };
        let stream = &mut Stream::new(seed, "classifier", &[]);
        let head = Linear::with_init(features, data.train.classes(), Init::Zeros, stream);
        Ok(Self { encoder, head, features, scale, fixed, fine_tune: config.fine_tune })
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

    /// The scaled features of a batch: `which` is 0 for labelled images, 1 for those of the test.
    fn of(&self, batch: &ImageBatch, which: usize, context: &mut Context) -> Result<Tensor, TaskError> {
        match &self.fixed {
            Some(fixed) => Ok(Tensor::constant(fixed[which].select(Axis(0), &batch.indices))),
            None => {
                let mut encode = || self.encoder.forward(&batch.x, context).map_err(|failure| failure.to_string());
                // What does not change has no gradients.
                Ok(if self.fine_tune { encode()? } else { no_grad(encode)? } * self.scale)
            }
        }
    }

    fn terms(&self, batch: &ImageBatch, which: usize, context: &mut Context) -> Result<Terms, TaskError> {
        let logits = self.head.forward(&self.of(batch, which, context)?, context)?;
        Ok(classification::terms_of_images(&logits, batch))
    }

    /// What test images are taken for.
    ///
    /// # Errors
    /// If the images have another size.
    pub fn classify(&self, batch: &ImageBatch) -> Result<Classified, TaskError> {
        let context = &mut Context::evaluate();
        let logits = no_grad(|| self.head.forward(&self.of(batch, 1, context)?, context).map_err(TaskError::from))?;
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

    /// Features that do not change are no parameters: they are learned again from the seed.
    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        if self.is_trained() {
            visitor.module("encoder", &self.encoder);
        }
        visitor.module("head", &self.head);
    }
}

impl Task for ClassifierTask {
    type Batch = ImageBatch;

    fn model(&self) -> &dyn Module {
        self
    }

    fn players(&self) -> Vec<(&'static str, &dyn Module)> {
        vec![("classifier", self)]
    }

    fn loss(&self, _: usize, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.terms(batch, 0, &mut pass.context)
    }

    fn evaluate(&self, batch: &ImageBatch, pass: &mut Pass) -> Result<Terms, TaskError> {
        self.terms(batch, 1, &mut pass.context)
    }
}
