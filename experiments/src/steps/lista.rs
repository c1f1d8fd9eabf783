//! LISTA with untied layers (Gregor and LeCun 2010).

use super::{Step, Training};
use crate::failure::Failure;
use latent_layers::{Module, Parameter, Visitor};
use latent_numeric::random::Stream;
use latent_optim::Adam;
use latent_tensor::Tensor;
use ndarray::{Array2, arr0};

const MEASUREMENTS: usize = 250;
const ATOMS: usize = 500;
const LAYERS: usize = 16;
const BATCH: usize = 64;

/// One layer: `z <- shrink(y W + z S, theta)`.
struct Shrinkage {
    encoder: Parameter,
    inhibition: Parameter,
    threshold: Parameter,
}

impl Module for Shrinkage {
    fn kind(&self) -> &'static str {
        "shrinkage"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        visitor.parameter("encoder", &self.encoder);
        visitor.parameter("inhibition", &self.inhibition);
        visitor.parameter("threshold", &self.threshold);
    }
}

struct Lista(Vec<Shrinkage>);

impl Module for Lista {
    fn kind(&self) -> &'static str {
        "lista"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a>) {
        for (i, layer) in self.0.iter().enumerate() {
            visitor.module(&i.to_string(), layer);
        }
    }
}

pub fn step() -> Result<Step<'static>, Failure> {
    let mut stream = Stream::new(1, "initialisation", &[]);
    let normal =
        |stream: &mut Stream, scale: f32| stream.normal_array::<f32, _, _>((MEASUREMENTS, ATOMS)) * (1.0 / scale);
    let layers = (0..LAYERS).map(|_| Shrinkage {
        encoder: Parameter::new(normal(&mut stream, MEASUREMENTS as f32)),
        inhibition: Parameter::new(Array2::<f32>::eye(ATOMS) * 0.9),
        threshold: Parameter::new(arr0(0.1)),
    });
    let mut training = Training::new(Lista(layers.collect()), Adam { learning_rate: 1e-3, ..Adam::default() })?;
    let mut stream = Stream::new(1, "dictionary", &[]);
    let dictionary = Tensor::constant(normal(&mut stream, (MEASUREMENTS as f32).sqrt()).reversed_axes());
    Ok(Box::new(move || {
        training.step(|model, _, noise| {
            let chosen = Tensor::uniform(&[BATCH, ATOMS], noise).lt(&Tensor::scalar(0.1));
            let codes = Tensor::normal(&[BATCH, ATOMS], noise) * chosen;
            let y = codes.matmul(&dictionary);
            let mut z = Tensor::zeros(&[BATCH, ATOMS]);
            for layer in &model.0 {
                let moved = y.matmul(&layer.encoder.tensor()) + z.matmul(&layer.inhibition.tensor());
                z = moved.soft_threshold_with(&layer.threshold.tensor());
            }
            Ok((z - codes).square().sum_axes(&[1], false).mean())
        })
    }))
}
