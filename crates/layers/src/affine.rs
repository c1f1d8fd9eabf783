//! The scale and shift after a normalisation.

use crate::{Module, Parameter};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::ArrayD;

/// A weight, first one, and a bias, first zero.
#[derive(Debug, Module)]
pub(crate) struct Affine<E: Scalar> {
    pub weight: Parameter<E>,
    pub bias: Parameter<E>,
}

impl<E: Scalar> Affine<E> {
    pub fn new(shape: &[usize]) -> Self {
        Self { weight: Parameter::new(ArrayD::ones(shape)), bias: Parameter::new(ArrayD::zeros(shape)) }
    }

    /// Weight and bias, where there are any.
    pub fn tensors(affine: Option<&Self>) -> [Option<Tensor<E>>; 2] {
        [affine.map(|affine| affine.weight.tensor()), affine.map(|affine| affine.bias.tensor())]
    }
}
