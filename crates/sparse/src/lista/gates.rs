//! Gates against two habits of learned encoders: codes that are too small, and steps that are too short.

use latent_layers::{Module, Parameter};
use latent_numeric::Scalar;
use latent_tensor::Tensor;
use ndarray::{Array1, arr1};

/// Keeps quotients finite; the value of the authors' program.
const EPSILON: f64 = 0.1;

/// A gain before and an overshoot after one layer, of codes of this shape:
///
/// ```text
/// g(z)     = 1 + mu exp(-nu |z|)                          nu: one an atom
/// o(z, z^) = 1 + a theta / (|z^ - z| + 0.1) where z^ != 0, else 1
/// ```
///
/// Of the gates that Wu, Guo, Li and Zhang (*Sparse coding with gated learned ISTA*, ICLR 2020) propose, these are the
/// exponential gain and the inverse proportional overshoot. Two things differ: `mu` and `a` begin at zero, so that the
/// untrained layer is a step of ISTA, and what was shrunk to zero stays zero.
#[derive(Debug, Module)]
pub(super) struct Gates<E: Scalar> {
    gain: Parameter<E>,
    decay: Parameter<E>,
    overshoot: Parameter<E>,
}

impl<E: Scalar> Gates<E> {
    pub fn new(atoms: usize) -> Self {
        let zero = || Parameter::new(arr1(&[E::zero()]));
        Self { gain: zero(), decay: Parameter::new(Array1::ones(atoms)), overshoot: zero() }
    }

    /// `g(z) z`
    pub fn before(&self, z: &Tensor<E>) -> Tensor<E> {
        let gain = self.gain.tensor() * (z.abs() * -self.decay.tensor()).exp();
        z + z * gain
    }

    /// `z + o(z, z^) (z^ - z)`
    pub fn after(&self, z: Option<&Tensor<E>>, shrunk: Tensor<E>, threshold: &Tensor<E>) -> Tensor<E> {
        let step = z.map_or_else(|| shrunk.clone(), |z| &shrunk - z);
        let over = self.overshoot.tensor() * threshold;
        let further = &step * over / (step.abs() + E::of(EPSILON));
        let kept = shrunk.eq(&Tensor::scalar(E::zero()));
        kept.where_(&shrunk, &(&shrunk + further))
    }
}
