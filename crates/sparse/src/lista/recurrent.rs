//! `X E + Z S`: an encoder and mutual inhibition.

use super::per_layer::PerLayer;
use super::weights::{Point, Weights};
use crate::lasso::Lasso;
use latent_layers::{Module, Parameter, Visitor};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::Array2;

/// First `E = A / L` and `S = I - A' A / L`, as codes and samples are rows.
#[derive(Debug)]
pub(super) struct Recurrent<E: Scalar>(PerLayer<Pair<E>>);

#[derive(Debug, Module)]
#[module(kind = "recurrent weights")]
struct Pair<E: Scalar> {
    /// (features, atoms)
    encoder: Parameter<E>,
    /// (atoms, atoms)
    inhibition: Parameter<E>,
}

impl<E: Scalar> Recurrent<E> {
    pub fn new(lasso: &Lasso<'_, E>, layers: usize, tied: bool, step: E) -> Self {
        let encoder = (&lasso.dictionary().atoms() * step).into_shared();
        let inhibition = (Array2::eye(lasso.dictionary().len()) - &lasso.hessian() * step).into_shared();
        Self(PerLayer::new(layers, tied, || Pair {
            encoder: Parameter::new(encoder.clone()),
            inhibition: Parameter::new(inhibition.clone()),
        }))
    }
}

impl<E: Scalar> Module<E> for Recurrent<E> {
    fn kind(&self) -> &'static str {
        "recurrent weights"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.0.visit(visitor);
    }
}

impl<E: Scalar> Weights<E> for Recurrent<E> {
    fn begin<'a>(&'a self, x: &Tensor<E>, _: &Tensor<E>) -> Point<'a, E> {
        let x = x.clone();
        let shared = self.0.is_tied().then(|| x.matmul(&self.0.at(0).encoder.tensor()));
        Box::new(move |k, z, _| {
            let pair = self.0.at(k);
            let encoded = shared.clone().unwrap_or_else(|| x.matmul(&pair.encoder.tensor()));
            match z {
                Some(z) => encoded + z.matmul(&pair.inhibition.tensor()),
                None => encoded,
            }
        })
    }
}
