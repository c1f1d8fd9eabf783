//! What is evaluated while training.

use latent_train::Evaluated;

/// Batches that are evaluated while training, and whether anything may be chosen by them.
#[derive(Clone, Debug)]
pub struct Evaluation<S> {
    /// Which samples they are of.
    pub on: Evaluated,
    /// The batches.
    pub source: S,
}

impl<S> Evaluation<S> {
    /// Of samples that are held out of training: early stopping and the best checkpoint go by them.
    pub fn held_out(source: S) -> Self {
        Self { on: Evaluated::HeldOut, source }
    }

    /// Of the test set: its curve is drawn, and nothing is chosen by it.
    pub fn test(source: S) -> Self {
        Self { on: Evaluated::Test, source }
    }
}
