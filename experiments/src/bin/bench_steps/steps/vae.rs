//! Variational autoencoders.

use super::{Batches, Step, Training};
use latent_datasets::LabelledImages;
use latent_layers::{
    Activation, Context, Conv2d, Conv2dOptions, ConvTranspose2d, ConvTranspose2dOptions, Flatten, Linear, Module,
    Reshape, Sequential, Visitor,
};
use latent_losses::Sum;
use latent_losses::divergence::kl_standard_normal;
use latent_losses::reconstruction::bce_with_logits;
use latent_numeric::random::Stream;
use latent_optim::Adam;
use latent_study::failure::Failure;
use latent_tensor::Tensor;

/// An encoder to means and log variances, and a decoder to logits.
struct Vae {
    encoder: Sequential,
    decoder: Sequential,
    latent_dim: usize,
}

impl Module for Vae {
    fn kind(&self) -> &'static str {
        "vae"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        visitor.module("encoder", &self.encoder);
        visitor.module("decoder", &self.decoder);
    }
}

impl Vae {
    /// `(1 + gamma) BCE + beta KL`, summed over the batch.
    fn loss(
        &self,
        x: &Tensor,
        [beta, gamma]: [f32; 2],
        context: &mut Context,
        noise: &mut Stream,
    ) -> Result<Tensor, Failure> {
        let code = context.apply("encoder", &self.encoder, x)?.split(1, &[self.latent_dim; 2]);
        let (mean, log_var) = (&code[0], &code[1]);
        let z = mean + Tensor::normal(mean.shape(), noise) * (log_var * 0.5).exp();
        let logits = context.apply("decoder", &self.decoder, &z)?;
        let reconstruction = bce_with_logits(&logits, x, Sum)?;
        Ok(reconstruction * (1.0 + gamma) + kl_standard_normal(mean, log_var, Sum) * beta)
    }
}

fn training(encoder: Sequential, decoder: Sequential, latent_dim: usize) -> Result<Training<Vae>, Failure> {
    Ok(Training::new(Vae { encoder, decoder, latent_dim }, Adam { learning_rate: 1e-3, ..Adam::default() })?)
}

pub fn mlp(images: &LabelledImages) -> Result<Step<'_>, Failure> {
    let mut stream = Stream::new(1, "initialisation", &[]);
    let mut network = |sizes: [usize; 4]| {
        let mut layers = Sequential::new().then(Linear::new(sizes[0], sizes[1], &mut stream));
        for i in 1..3 {
            layers = layers.then(Activation::Relu).then(Linear::new(sizes[i], sizes[i + 1], &mut stream));
        }
        layers
    };
    let mut training = training(network([784, 512, 256, 40]), network([20, 256, 512, 784]), 20)?;
    let mut batches = Batches::new(images, 128)?;
    Ok(Box::new(move || {
        let (x, _) = batches.next();
        training.step(|vae, context, noise| vae.loss(&x, [1.0, 1.0], context, noise))
    }))
}

pub fn conv(images: &LabelledImages) -> Result<Step<'_>, Failure> {
    let stream = &mut Stream::new(1, "initialisation", &[]);
    let half = Conv2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
    let encoder = Sequential::new()
        .then(Conv2d::new(1, 32, [4, 4], half, stream)?)
        .then(Activation::Relu)
        .then(Conv2d::new(32, 64, [4, 4], half, stream)?)
        .then(Activation::Relu)
        .then(Flatten)
        .then(Linear::new(3136, 256, stream))
        .then(Activation::Relu)
        .then(Linear::new(256, 32, stream));
    let double = ConvTranspose2dOptions { stride: [2, 2], padding: [1, 1], ..Default::default() };
    let decoder = Sequential::new()
        .then(Linear::new(16, 256, stream))
        .then(Activation::Relu)
        .then(Linear::new(256, 3136, stream))
        .then(Activation::Relu)
        .then(Reshape::new(&[64, 7, 7]))
        .then(ConvTranspose2d::new(64, 32, [4, 4], double, stream)?)
        .then(Activation::Relu)
        .then(ConvTranspose2d::new(32, 1, [4, 4], double, stream)?);
    let mut training = training(encoder, decoder, 16)?;
    let mut batches = Batches::new(images, 128)?;
    Ok(Box::new(move || {
        let x = batches.next().0.reshape(&[128, 1, 28, 28]);
        training.step(|vae, context, noise| vae.loss(&x, [1.0, 0.0], context, noise))
    }))
}
