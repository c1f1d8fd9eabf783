//! A trained model with the images of its run.

use super::{Inputs, Trained};

/// A trained model, and the images that its run was about.
pub struct Opened {
    /// The model.
    pub model: Box<dyn Trained>,
    /// The images.
    pub images: Box<dyn Inputs>,
}

impl Opened {
    /// A model and the images of its run.
    pub fn new(model: impl Trained + 'static, images: impl Inputs + 'static) -> Self {
        Self { model: Box::new(model), images: Box::new(images) }
    }
}
