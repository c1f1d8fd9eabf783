//! `f(z) = z + b (z - c) / (a + |z - c|)`

use super::Flow;
use crate::error::ModelError;
use latent_layers::{Context, Module, Parameter, Visitor};
use latent_numeric::Scalar;
use latent_numeric::random::Stream;
use latent_tensor::Tensor;
use ndarray::{Array2, arr2};

/// A radial flow around a centre: Rezende and Mohamed 2015, equation 14, with `a = e^(log_a)` and
/// `b = softplus(raw_b) - a`, with which the map is invertible (appendix A.2).
#[derive(Debug)]
pub struct Radial<E: Scalar = f32> {
    /// (1, d)
    centre: Parameter<E>,
    /// (1, 1)
    log_a: Parameter<E>,
    /// (1, 1)
    raw_b: Parameter<E>,
}

impl<E: Scalar> Radial<E> {
    /// Of codes of so many dimensions, the identity before training, around a centre drawn from `N(0, I)`.
    pub fn new(latent_dim: usize, stream: &mut Stream) -> Self {
        let centre: Array2<E> = stream.normal_array((1, latent_dim));
        // softplus(raw_b) = 1 = a.
        let raw_b = E::of((1.0_f64.exp() - 1.0).ln());
        Self {
            centre: Parameter::new(centre),
            log_a: Parameter::new(arr2(&[[E::zero()]])),
            raw_b: Parameter::new(arr2(&[[raw_b]])),
        }
    }
}

impl<E: Scalar> Module<E> for Radial<E> {
    fn kind(&self) -> &'static str {
        "radial"
    }

    fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        visitor.parameter("centre", &self.centre);
        visitor.parameter("log_a", &self.log_a);
        visitor.parameter("raw_b", &self.raw_b);
    }
}

impl<E: Scalar> Flow<E> for Radial<E> {
    /// `ln |det| = (d - 1) ln(1 + b h) + ln(1 + b h - b r h^2)`, with `r = |z - c|` and `h = 1 / (a + r)`.
    fn transform(&self, z: &Tensor<E>, _: &mut Context) -> Result<(Tensor<E>, Tensor<E>), ModelError> {
        let a = self.log_a.tensor().exp();
        let b = self.raw_b.tensor().softplus() - &a;
        let away = z - self.centre.tensor();
        let r = away.norm(&[1], true);
        let h = (a + &r).recip();
        let stretch = &b * &h;
        let others = E::of(z.shape()[1] as f64 - 1.0);
        let across = (&stretch + E::one()).ln() * others;
        let along = (&stretch - &stretch * r * h + E::one()).ln();
        Ok((z + stretch * away, (across + along).sum_axes(&[1], false)))
    }
}
