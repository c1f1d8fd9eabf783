//! The layers that all networks here are made of.

use super::gates::Gates;
use super::shrinkage::Shrinkage;
use super::weights::{Point, Weights};
use latent_layers::{Parameter, Visitor};
use latent_numeric::Scalar;
use latent_tensor::Tensor;

/// `z <- overshoot(z, shrink(point(x, gain(z))))`, a fixed number of times.
#[derive(Debug)]
pub(super) struct Unrolled<E: Scalar> {
    pub layers: usize,
    pub weights: Box<dyn Weights<E>>,
    /// One a layer, or none.
    pub steps: Vec<Parameter<E>>,
    pub shrinkage: Shrinkage<E>,
    /// One a layer, or none.
    pub gates: Vec<Gates<E>>,
}

/// The layers applied to one batch.
pub(super) struct Pass<'a, E: Scalar> {
    network: &'a Unrolled<E>,
    point: Point<'a, E>,
}

impl<E: Scalar> Unrolled<E> {
    pub fn begin<'a>(&'a self, x: &Tensor<E>, dictionary: &Tensor<E>) -> Pass<'a, E> {
        Pass { network: self, point: self.weights.begin(x, dictionary) }
    }

    /// The codes after each of the first `layers` layers, from zero.
    pub fn trajectory(&self, x: &Tensor<E>, dictionary: &Tensor<E>, layers: usize) -> Vec<Tensor<E>> {
        let pass = self.begin(x, dictionary);
        let mut codes: Vec<Tensor<E>> = Vec::with_capacity(layers);
        for k in 0..layers {
            codes.push(pass.layer(k, codes.last()));
        }
        codes
    }

    /// What belongs to one layer alone has its number before its name.
    pub fn visit<'a>(&'a self, visitor: &mut Visitor<'a, E>) {
        self.weights.visit(visitor);
        self.steps.iter().enumerate().for_each(|(k, step)| visitor.parameter(&format!("{k}.step_size"), step));
        self.shrinkage.visit(visitor);
        self.gates.iter().enumerate().for_each(|(k, gates)| visitor.module(&k.to_string(), gates));
    }
}

impl<E: Scalar> Pass<'_, E> {
    /// Layer `k`, counted from 0, at these codes; none stand for zeros.
    pub fn layer(&self, k: usize, z: Option<&Tensor<E>>) -> Tensor<E> {
        let Unrolled { steps, shrinkage, gates, .. } = self.network;
        let step = steps.get(k).map(Parameter::tensor);
        let threshold = shrinkage.threshold(k, step.as_ref());
        let gates = gates.get(k);
        let gained = gates.and_then(|gates| z.map(|z| gates.before(z)));
        let point = (self.point)(k, gained.as_ref().or(z), step.as_ref());
        let shrunk = shrinkage.apply(k, &point, &threshold);
        match gates {
            // An overshoot may be one below zero.
            Some(gates) if shrinkage.positive => gates.after(z, shrunk, &threshold).relu(),
            Some(gates) => gates.after(z, shrunk, &threshold),
            None => shrunk,
        }
    }
}
