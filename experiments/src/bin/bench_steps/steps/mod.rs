//! Training steps of six small models, to be measured: forward, backward and Adam on the next batch of MNIST.

mod critic;
mod gru;
mod lista;
mod vae;

use clap::ValueEnum;
use latent_datasets::LabelledImages;
use latent_layers::{Context, Module};
use latent_numeric::random::Stream;
use latent_optim::{Adam, Algorithm, FirstOrder, OptimError, Optimizer};
use latent_study::failure::Failure;
use latent_tensor::{GradOptions, Tensor, grad};

/// A step of training on the next batch, which answers with the loss.
pub type Step<'a> = Box<dyn FnMut() -> Result<f64, Failure> + Send + 'a>;

/// A model to train.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Task {
    /// Variational autoencoder 784-512-256-20, batch 128, (1 + gamma) BCE + beta KL with beta = gamma = 1
    VaeMlp,
    /// Variational autoencoder of two convolutions and two transposed ones, 16 latent dimensions, batch 128
    VaeConv,
    /// Critic 784-256-128-1 with a gradient penalty, batch 64
    WganGpMlp,
    /// Critic of two convolutions with a gradient penalty, batch 64
    WganGpConv,
    /// LISTA of 16 untied layers, 250 measurements, 500 atoms, batch 64
    Lista,
    /// GRU with 128 units over the 28 rows of a digit, cross-entropy, batch 128
    Gru,
}

impl Task {
    /// Its name in flags and measurements.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// How many steps PyTorch's script measures.
    pub fn steps(self) -> usize {
        if matches!(self, Self::Lista | Self::Gru) { 30 } else { 60 }
    }

    /// The step, on batches of these images.
    ///
    /// # Errors
    /// If a layer cannot be built.
    pub fn step(self, images: &LabelledImages) -> Result<Step<'_>, Failure> {
        match self {
            Self::VaeMlp => vae::mlp(images),
            Self::VaeConv => vae::conv(images),
            Self::WganGpMlp => critic::mlp(images),
            Self::WganGpConv => critic::conv(images),
            Self::Lista => lista::step(),
            Self::Gru => gru::step(images),
        }
    }
}

/// A model with its optimiser.
struct Training<M> {
    model: M,
    adam: FirstOrder<Adam>,
    steps: u64,
}

impl<M: Module> Training<M> {
    fn new(model: M, settings: Adam) -> Result<Self, OptimError> {
        Ok(Self { model, adam: settings.optimizer()?, steps: 0 })
    }

    fn step(
        &mut self,
        loss: impl FnOnce(&M, &mut Context, &mut Stream) -> Result<Tensor, Failure>,
    ) -> Result<f64, Failure> {
        let stream = |purpose| Stream::new(1, purpose, &[self.steps]);
        let (value, gradients) = {
            let loss = loss(&self.model, &mut Context::train(stream("layers")), &mut stream("noise"))?;
            (f64::from(loss.item()), grad(&[loss], &self.model.variables(), GradOptions::default()))
        };
        self.adam.step(&self.model.parameters(), &gradients)?;
        self.steps += 1;
        Ok(value)
    }
}

/// One batch of images after the other, from the first on.
struct Batches<'a> {
    images: &'a LabelledImages,
    size: usize,
    at: usize,
}

impl<'a> Batches<'a> {
    fn new(images: &'a LabelledImages, size: usize) -> Result<Self, Failure> {
        if images.len() <= size {
            return Err(Failure::new(format!(
                "{} has {} images, more than {size} are needed",
                images.name(),
                images.len()
            )));
        }
        Ok(Self { images, size, at: 0 })
    }

    /// The images as rows, and their labels.
    fn next(&mut self) -> (Tensor, Vec<usize>) {
        self.at = (self.at + self.size) % (self.images.len() - self.size);
        let places = self.at..self.at + self.size;
        let labels = self.images.labels().map_or(&[][..], |labels| &labels[places.clone()]);
        (Tensor::constant(self.images.rows::<f32>(places)), labels.iter().map(|&label| label.into()).collect())
    }
}
