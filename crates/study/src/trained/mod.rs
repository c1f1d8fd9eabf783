//! Models of runs, to use: draw samples, encode images, reconstruct them.
//!
//! [`Run::open`] finds the study and the configuration of a run in its folder, builds the model and loads its weights. What
//! the programs `sample`, `encode` and `reconstruct` do with it is in [`Sample`], [`Encode`] and [`Reconstruct`].

mod bank;
mod dictionary;
mod digits;
mod encode;
mod encoders;
mod gan;
mod input;
mod inputs;
mod open;
mod opened;
mod output;
mod patches;
mod reconstruct;
mod reconstruction_sheet;
mod sample;
mod vae;
mod verb;
mod windows;

pub use bank::FilterBank;
pub use digits::Digits;
pub use encode::Encode;
pub use input::Input;
pub use inputs::{Chosen, Form, Inputs, Shown, Split};
pub use open::Run;
pub use opened::Opened;
pub use patches::Photographs;
pub use reconstruct::Reconstruct;
pub use sample::Sample;
pub use verb::{Verb, main};
pub use windows::Windows;

use crate::failure::Failure;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;

/// What a model can do once it is trained. Images are rows of numbers, as [`Inputs`] gives them, those of filters
/// (images, channels, height, width).
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

    /// The codes of images, (samples, latent_dim), or of filters (images, filters, height, width), first, and what else is known of them, by name.
    ///
    /// # Errors
    /// If it has no encoder, or the images do not fit.
    fn encode(&self, x: &Tensor) -> Result<Vec<(&'static str, Tensor)>, Failure>;

    /// What comes back of images, as they are given.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    fn reconstruct(&self, x: &Tensor) -> Result<Tensor, Failure>;
}
