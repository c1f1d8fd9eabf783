//! `Z + gamma (X V_1 - Z A' V_2' V_2) A`: weights in the space of samples, for any dictionary.

use super::weights::{Point, Weights, moved, scaled};
use latent_layers::{Module, Parameter};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::Array2;

/// `V_1` and `V_2`, (features, features), both first the identity, the same in all layers.
///
/// In the paper's columns, with its `W_1 = V_1'` and `W_2 = V_2`:
/// `z + gamma (A' W_1' y - A' W_2' W_2 A z)`.
#[derive(Debug, Module)]
#[module(kind = "adaptive weights")]
pub(super) struct Adaptive<E: Scalar> {
    samples: Parameter<E>,
    reconstructions: Parameter<E>,
}

impl<E: Scalar> Adaptive<E> {
    pub fn new(features: usize) -> Self {
        let identity = || Parameter::new(Array2::eye(features));
        Self { samples: identity(), reconstructions: identity() }
    }
}

impl<E: Scalar> Weights<E> for Adaptive<E> {
    fn begin<'a>(&'a self, x: &Tensor<E>, dictionary: &Tensor<E>) -> Point<'a, E> {
        let x = x.matmul(&self.samples.tensor());
        // V_2 A, of which A' V_2' V_2 A is the Gram matrix.
        let seen = self.reconstructions.tensor().matmul(dictionary);
        let encoded = x.matmul(dictionary);
        Box::new(move |_, z, step| {
            let direction = z.map_or_else(|| encoded.clone(), |z| &encoded - z.matmul(&seen.transpose()).matmul(&seen));
            moved(z, scaled(direction, step))
        })
    }
}
