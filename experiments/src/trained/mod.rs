//! Models of runs, to use: draw samples, encode images, reconstruct them.
//!
//! [`Run::open`] finds the study and the configuration of a run in its folder, builds the model and loads its weights. What
//! the programs `sample`, `encode` and `reconstruct` do with it is in [`Sample`], [`Encode`] and [`Reconstruct`].

mod dictionary;
mod encode;
mod gan;
mod input;
mod open;
mod output;
mod reconstruct;
mod sample;
mod vae;

pub use encode::Encode;
pub use input::Input;
pub use open::{Opened, Run};
pub use reconstruct::Reconstruct;
pub use sample::Sample;

use crate::failure::Failure;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// What a model can do once it is trained. Images are rows of pixels in `[0, 1]`.
pub trait Trained {
    /// What it is, for errors: "a variational autoencoder".
    fn kind(&self) -> &'static str;

    /// The number of classes that samples can be asked for, zero if none.
    fn classes(&self) -> usize {
        0
    }

    /// So many samples, (samples, features); of these classes, one a sample, if it has any.
    ///
    /// # Errors
    /// If it draws none.
    fn sample(&self, samples: usize, classes: Option<&[usize]>, stream: &mut Stream) -> Result<Tensor, Failure>;

    /// The codes of images, (samples, latent_dim), first, and what else is known of them, by name.
    ///
    /// # Errors
    /// If it has no encoder, or the images do not fit.
    fn encode(&self, x: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure>;

    /// What comes back of images, (samples, features).
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    fn reconstruct(&self, x: &Tensor) -> Result<Tensor, Failure>;
}
