//! Generative adversarial networks.

use super::Trained;
use crate::failure::Failure;
use latent_models::train::GanTask;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// It has a generator, and nothing that finds the code of an image.
impl<J: Send + Sync> Trained for GanTask<J> {
    fn kind(&self) -> &'static str {
        "a generative adversarial network"
    }

    fn classes(&self) -> usize {
        self.gan.generator.classes()
    }

    fn sample(&self, samples: usize, classes: Option<&[usize]>, stream: &mut Stream) -> Result<Tensor, Failure> {
        Ok(self.gan.generator.sample(samples, classes, stream)?)
    }

    fn encode(&self, _: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure> {
        Err(no_encoder())
    }

    fn reconstruct(&self, _: &Tensor) -> Result<Tensor, Failure> {
        Err(no_encoder())
    }
}

fn no_encoder() -> Failure {
    Failure::new("a generative adversarial network has no encoder").help("it can be sampled from: sample RUN")
}
