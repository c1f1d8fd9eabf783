//! `f(z) = z + u tanh(w^T z + b)`

use super::Flow;
use crate::error::ModelError;
use latent_layers::{Context, Module, Parameter, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::Array2;

/// A planar flow: Rezende and Mohamed, *Variational inference with normalizing flows*, 2015, section 4.1. In the place of
/// `u` stands `u + (softplus(w^T u) - 1 - w^T u) w / |w|^2`, with which the map is invertible (appendix A.1).
#[derive(Debug)]
pub struct Planar<E: Scalar = f32> {
    /// (1, d)
    w: Parameter<E>,
    /// (1, d)
    u: Parameter<E>,
    /// (1, 1)
    bias: Parameter<E>,
}

impl<E: Scalar> Planar<E> {
    /// The standard deviation of `w` and `u` before training: near the identity.
    const FIRST: f64 = 0.1;

    /// Of codes of so many dimensions.
    pub fn new(latent_dim: usize, stream: &mut Stream) -> Self {
        let mut small = || {
            let normal = stream.normal_array::<E, _, _>((1, latent_dim));
            Parameter::new(normal.mapv_into(|x| E::of(Self::FIRST * x.as_f64())))
        };
        Self { w: small(), u: small(), bias: Parameter::new(Array2::zeros((1, 1))) }
    }
}

impl<E: Scalar> Module<E> for Planar<E> {
    fn kind(&self) -> &'static str {
        "planar"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.parameter("w", &self.w);
        visitor.parameter("u", &self.u);
        visitor.parameter("bias", &self.bias);
    }
}

impl<E: Scalar> Flow<E> for Planar<E> {
    fn transform(&self, z: &Tensor<E>, _: &mut Context) -> Result<(Tensor<E>, Tensor<E>), ModelError> {
        let (w, u) = (self.w.tensor(), self.u.tensor());
        let inner = (&w * &u).sum();
        let u = &u + &w * ((inner.softplus() - E::one() - &inner) / w.square().sum());
        let h = (z.matmul(&w.transpose()) + self.bias.tensor()).tanh();
        // 1 + (1 - h^2) w^T u, which is positive as w^T u is above -1.
        let slope = -h.square() + E::one();
        let log_det = (slope * (&w * &u).sum() + E::one()).ln().sum_axes(&[1], false);
        Ok((z + h * u, log_det))
    }
}
