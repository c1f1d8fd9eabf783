//! Critics with a gradient penalty.

use super::{Batches, Step, Training};
use latent_datasets::LabelledImages;
use latent_layers::{Activation, Conv2d, Conv2dOptions, Flatten, Layer, Linear, Sequential};
use latent_numeric::random::Stream;
use latent_optim::Adam;
use latent_regularizers::wgan_gp;
use latent_study::failure::Failure;
use latent_tensor::Tensor;

const BATCH: usize = 64;
const LEAKY: Activation = Activation::LeakyRelu(0.2);

/// `E[D(fake)] - E[D(real)] + 10 E[(||grad D|| - 1)^2]`, between digits and noise.
fn step<'a>(images: &'a LabelledImages, critic: Sequential, shape: &'static [usize]) -> Result<Step<'a>, Failure> {
    let settings = Adam { learning_rate: 1e-4, betas: [0.5, 0.9], ..Adam::default() };
    let mut training = Training::new(critic, settings)?;
    let mut batches = Batches::new(images, BATCH)?;
    Ok(Box::new(move || {
        let real = batches.next().0.reshape(shape);
        training.step(|critic, context, noise| {
            let fake = Tensor::uniform(shape, noise);
            let penalty = wgan_gp(|x| critic.forward(x, context), &real, &fake, 10.0, noise)?.penalty;
            let (fake, real) = (critic.forward(&fake, context)?, critic.forward(&real, context)?);
            Ok(fake.mean() - real.mean() + penalty)
        })
    }))
}

pub fn mlp(images: &LabelledImages) -> Result<Step<'_>, Failure> {
    let stream = &mut Stream::new(1, "initialisation", &[]);
    let critic = Sequential::new()
        .then(Linear::new(784, 256, stream))
        .then(LEAKY)
        .then(Linear::new(256, 128, stream))
        .then(LEAKY)
        .then(Linear::new(128, 1, stream));
    step(images, critic, &[BATCH, 784])
}

pub fn conv(images: &LabelledImages) -> Result<Step<'_>, Failure> {
    let stream = &mut Stream::new(1, "initialisation", &[]);
    let options = Conv2dOptions { stride: [2, 2], padding: [2, 2], ..Default::default() };
    let critic = Sequential::new()
        .then(Conv2d::new(1, 64, [5, 5], options, stream)?)
        .then(LEAKY)
        .then(Conv2d::new(64, 128, [5, 5], options, stream)?)
        .then(LEAKY)
        .then(Flatten)
        .then(Linear::new(6272, 1, stream));
    step(images, critic, &[BATCH, 1, 28, 28])
}
