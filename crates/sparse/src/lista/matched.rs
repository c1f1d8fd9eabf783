//! `Z + gamma (X - Z A') W`: the residual against a matrix of the dictionary's shape.

use super::per_layer::PerLayer;
use super::weights::{Point, Weights, moved, scaled};
use latent_layers::{Module, Parameter, State, Visitor};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::ArcArray2;

/// Where `W`, (features, atoms), comes from.
#[derive(Debug)]
pub(super) enum Matched<E: Scalar> {
    /// Trained.
    Trained(PerLayer<Weight<E>>),
    /// Given once and for all.
    Fixed(State<E>),
    /// The dictionary.
    Dictionary,
}

#[derive(Debug, Module)]
#[module(kind = "matched weight")]
pub(super) struct Weight<E: Scalar>(#[module(name = "weight")] Parameter<E>);

impl<E: Scalar> Matched<E> {
    pub fn trained(weight: &ArcArray2<E>, layers: usize, tied: bool) -> Self {
        Self::Trained(PerLayer::new(layers, tied, || Weight(Parameter::new(weight.clone()))))
    }
}

impl<E: Scalar> Module<E> for Matched<E> {
    fn kind(&self) -> &'static str {
        "matched weights"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        match self {
            Self::Trained(weights) => weights.visit(visitor),
            Self::Fixed(weight) => visitor.state("weight", weight),
            Self::Dictionary => {}
        }
    }
}

impl<E: Scalar> Weights<E> for Matched<E> {
    fn begin<'a>(&'a self, x: &Tensor<E>, dictionary: &Tensor<E>) -> Point<'a, E> {
        let (x, dictionary) = (x.clone(), dictionary.clone());
        Box::new(move |k, z, step| {
            let weight = match self {
                Self::Trained(weights) => weights.at(k).0.tensor(),
                Self::Fixed(weight) => weight.tensor(),
                Self::Dictionary => dictionary.clone(),
            };
            let residual = z.map_or_else(|| x.clone(), |z| &x - z.matmul(&dictionary.transpose()));
            moved(z, scaled(residual.matmul(&weight), step))
        })
    }
}
