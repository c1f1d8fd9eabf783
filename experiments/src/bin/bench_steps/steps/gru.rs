//! A recurrent classifier.

use super::{Batches, Step, Training};
use latent_datasets::LabelledImages;
use latent_layers::{Gru, Layer, Linear, Module, Visitor};
use latent_numeric::random::Stream;
use latent_optim::Adam;
use latent_study::failure::Failure;

const BATCH: usize = 128;
const HIDDEN: usize = 128;

/// The class from the state after the last row.
struct Classifier {
    rows: Gru,
    head: Linear,
}

impl Module for Classifier {
    fn kind(&self) -> &'static str {
        "classifier"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        visitor.module("rows", &self.rows);
        visitor.module("head", &self.head);
    }
}

pub fn step(images: &LabelledImages) -> Result<Step<'_>, Failure> {
    let stream = &mut Stream::new(1, "initialisation", &[]);
    let model = Classifier { rows: Gru::new(28, HIDDEN, 1, stream)?, head: Linear::new(HIDDEN, 10, stream) };
    let mut training = Training::new(model, Adam { learning_rate: 1e-3, ..Adam::default() })?;
    let mut batches = Batches::new(images, BATCH)?;
    Ok(Box::new(move || {
        let (x, classes) = batches.next();
        let rows = x.reshape(&[BATCH, 28, 28]);
        training.step(|model, context, _| {
            let (_, last) = model.rows.run(&rows, None, context)?;
            Ok(model.head.forward(&last.reshape(&[BATCH, HIDDEN]), context)?.cross_entropy(&classes).mean())
        })
    }))
}
